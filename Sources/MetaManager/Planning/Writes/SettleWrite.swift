internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Writes that need not wait for the cloud: those that it has taken already, and those of devices.
extension Planner {
    /// The cloud has taken a write: whoever reads next sees it.
    mutating func settle(
        _ object: JSONValue, _ write: LocalWrite, over standing: Standing, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        defer { answer(write, .taken(revision: standing.revision), into: &plan) }
        if write.path.type == .lease { return try settleLease(object, at: write.path, in: view, into: &plan) }
        // Pods come by the cloud's messages alone: edged runs what stands here.
        guard standing.base != nil || write.path.type != .pod,
            let new = try? newObject(path: write.path, content: Content(object), version: "", origin: .cached)
        else { return }
        try storeGuarded(new, asked: nil, message: ownMessage(at: write.path, now), in: view, at: now, into: &plan)
    }

    /// The cloud has deleted an object; another one of its name, which came meanwhile, stays.
    mutating func settleDeleted(
        _ uids: Set<String>, _ write: LocalWrite, over standing: Standing, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        defer { answer(write, .taken(revision: standing.revision), into: &plan) }
        guard let base = standing.base, uids.contains(base.uid) else { return }
        plan.changes.append(.delete(key: write.path.key, remember: true))
        state.owed.remove(write.path.key)
        try removeDependants(of: write.path, in: view, at: now, into: &plan)
    }

    /// The cloud has not found an object: its answer is as old as the question, so only what stood here then goes.
    ///
    /// What has a write waiting over it stays, too: the cloud's answer to that write tells what became of it.
    mutating func forgetMissing(
        _ mark: Int64, _ write: LocalWrite, over standing: Standing, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        defer { answer(write, .taken(revision: standing.revision), into: &plan) }
        guard standing.pending == nil, standing.unreadable == nil, let base = standing.base, base.revision <= mark
        else { return }
        plan.changes.append(.delete(key: write.path.key, remember: false))
        state.owed.remove(write.path.key)
        try removeDependants(of: write.path, in: view, at: now, into: &plan)
    }

    /// A lease is kept whatever stood there, as one that is renewed through this node: without the cloud it goes on here.
    private mutating func settleLease(
        _ object: JSONValue, at path: ResourcePath, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        guard let new = try? newObject(path: path, content: Content(object), version: "", origin: .local) else {
            return
        }
        let head = try view.head(path.key)
        if let head, head.uid == new.uid, let order = VersionGuard.compare(new.version, head.version), order < 0 {
            return
        }
        plan.changes.append(.put(new, replacing: head?.rowID))
    }

    /// A message that stands for what the program does by itself.
    mutating func ownMessage(at path: ResourcePath, _ now: Moment) -> Message {
        Message(
            header: Header(id: ids.next(), timestamp: now.wall),
            route: Route(source: .dynamicController, group: .resource, operation: .update, resource: path.key),
            content: .null)
    }

    /// A device as it is to be: for twin each time, whose reports reach the cloud by themselves.
    mutating func tellTwin(
        _ object: JSONValue, _ write: LocalWrite, over standing: Standing, at now: Moment, into plan: inout Plan
    ) {
        let content = Content(object)
        let new: NewObject
        do {
            new = try newObject(path: write.path, content: content, version: "", origin: .local)
        } catch {
            return answer(write, .refused(error.description), into: &plan)
        }
        plan.changes.append(.put(new, replacing: standing.base?.rowID))
        plan.deliveries.append(
            (
                .module(.twin),
                Message(
                    header: Header(id: ids.next(), timestamp: now.wall),
                    route: Route(
                        source: ModuleName(ModuleGroup.meta.rawValue), group: .twin, operation: .update,
                        resource: write.path.key),
                    content: content)
            ))
        answer(write, .taken(revision: 0), into: &plan)
    }
}
