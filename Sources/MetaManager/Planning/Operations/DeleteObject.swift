internal import Beehive
internal import MetaStore

/// Deletes of the cloud, and what goes with a deleted pod.
extension Planner {
    mutating func deleteObject(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let path: ResourcePath
        do {
            path = try ResourcePath(parsing: message.route.resource)
        } catch {
            return refuseForGood(message, because: error.description, at: now, into: &plan)
        }
        let uid = message.content.text(message.content.sketch.uid) ?? ""
        let head = try view.head(path.key)
        if let head, !uid.isEmpty, !head.uid.isEmpty, head.uid != uid {
            plan.outcome = .otherUID
            return acknowledge(message, at: now, into: &plan)
        }
        if head != nil {
            plan.outcome = .deleted
            plan.changes.append(.delete(key: path.key, remember: true))
        } else {
            plan.outcome = .absent
        }
        state.owed.remove(path.key)
        // A pod that is unknown here may have left a report behind all the same.
        try removeDependants(of: path, in: view, at: now, into: &plan)
        deliverToConsumer(message, type: path.type, into: &plan)
        acknowledge(message, at: now, into: &plan)
    }

    /// Removes the overlays and reports of an object, with what of them still waits for the cloud.
    mutating func removeDependants(
        of path: ResourcePath, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        for type in Overlay.types(over: path.type) where !path.id.isEmpty {
            let key = path.with(type: type).key
            if try view.head(key) != nil { plan.changes.append(.delete(key: key, remember: false)) }
            try removeEntries(about: key, of: path, in: view, at: now, into: &plan)
        }
    }

    /// Takes what waits about one thing out of the outbox; who waits for it is told.
    mutating func removeEntries(
        about key: String, of path: ResourcePath, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let entries = try view.outbox(about: key)
        guard !entries.isEmpty else { return }
        plan.changes.append(.dequeueAll(key: key))
        for entry in entries {
            state.outbox.end(entry.place)
            for caller in state.outbox.callers.removeValue(forKey: entry.id) ?? [] {
                fail(caller, because: "'\(path)' was deleted by the cloud", at: now, into: &plan)
            }
        }
    }
}
