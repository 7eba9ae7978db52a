internal import Beehive
internal import MetaStore

/// Queries: from the store, or of the cloud (`messages.md`, section 4).
extension Planner {
    mutating func query(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let path: ResourcePath
        do {
            path = try ResourcePath(parsing: message.route.resource)
        } catch {
            return refuse(message, from: module, because: error.description, at: now, into: &plan)
        }
        let caller = Caller(message, from: module)
        let namesOne = path.namesOne || path.key == SpecialResource.clusterCA
        guard state.isUp, namesOne, TypeRules.remote.contains(path.type) else {
            plan.outcome = .answered
            if namesOne {
                let key = try storedKey(path, content: message.content, in: view, at: now)
                return try answerFromStore(caller, path: path, key: key, isStale: false, in: view, at: now, into: &plan)
            }
            return try answerList(caller, path: path, in: view, at: now, into: &plan)
        }
        let asksAlways =
            TypeRules.alwaysRemote.contains(path.type) || (path.type == .node && module.isClassic)
        if !asksAlways {
            let key = try storedKey(path, content: message.content, in: view, at: now)
            let isDue = path.type == .serviceAccountToken ? try isTokenDue(key, in: view, at: now) : false
            if !isDue, try view.head(key) != nil {
                do throws(StoreError) {
                    plan.outcome = .answered
                    return try answerFromStore(
                        caller, path: path, key: key, isStale: false, in: view, at: now, into: &plan)
                } catch  where error.isAboutLoss {
                    // What was changed on the disk is no answer; the cloud's replaces it.
                }
            }
        }
        askCloud(message, from: module, at: now, into: &plan)
    }

    /// Answers with one stored row.
    mutating func answerFromStore(
        _ caller: Caller, path: ResourcePath, key: String, isStale: Bool, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        guard let object = try view.object(key) else {
            return answerAbsent(caller, path: path, at: now, into: &plan)
        }
        if path.type == .serviceAccountToken, let life = Self.life(of: object.value), life.end <= now.wall {
            return fail(
                caller,
                because: "Expired: the stored token of '\(path)' ended at \(KubernetesTimestamp.text(life.end))",
                at: now, into: &plan)
        }
        let value = Overlay.types(over: object.type).isEmpty ? object.value : try Overlay.merged(object, in: view)
        let content = localContent(value, type: path.type, for: caller.module)
        answer(caller, content: content, age: age(object.head, at: now), isStale: isStale, at: now, into: &plan)
    }

    /// A row in the form that the asking release reads.
    private func localContent(_ value: Bytes, type: ResourceType, for module: ModuleInfo) -> Content {
        if !module.isClassic {
            switch type {
            case .configMap, .secret:
                if let object = try? Content(json: value) { return object }
            case .lease:
                var response = Array(#"{"Object":"#.utf8)
                response += value
                response += Array(#","Err":null}"#.utf8)
                if let content = try? Content(json: response[...]) { return content }
            default: break
            }
        }
        return Content(texts: [value])
    }

    /// Nothing is stored: an empty list, or an error where the asking release decodes nothing else.
    mutating func answerAbsent(_ caller: Caller, path: ResourcePath, at now: Moment, into plan: inout Plan) {
        let wantsObject = path.type == .configMap || path.type == .secret || path.type == .lease
        if wantsObject, path.namesOne, !caller.module.isClassic {
            let cause = state.isUp ? "not stored" : "not stored, and the link is down"
            return fail(caller, because: "NotFound: '\(path)' is \(cause)", at: now, into: &plan)
        }
        answer(caller, content: Content(texts: []), age: nil, isStale: false, at: now, into: &plan)
    }

    /// Lists up to this size are read at once; of larger ones the values are read when they leave.
    private static var heldList: Int { 1 << 20 }

    private mutating func answerList(
        _ caller: Caller, path: ResourcePath, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let rows = try view.objects(ofType: path.type, upTo: Self.heldList) else {
            let content: Content
            if let snapshots = view.snapshots {
                content = Content(stored: StoredList(type: path.type, snapshots: snapshots))
            } else {
                content = Content(texts: try MergedObjects.list(type: path.type, in: view).map(\.value))
            }
            // How old the oldest of so many is would take a walk over all of them.
            return answer(caller, content: content, age: nil, isStale: false, at: now, into: &plan)
        }
        var overlays: [String: [StoredObject]] = [:]
        for type in Overlay.types(over: path.type) {
            for row in try view.objects(ofType: type) {
                guard let own = try? ResourcePath(parsing: row.key) else { continue }
                overlays[own.with(type: path.type).key, default: []].append(row)
            }
        }
        var values: [Bytes] = []
        values.reserveCapacity(rows.count)
        var oldest = now.wall
        for row in rows {
            var value = row.value
            for overlay in overlays[row.key] ?? [] {
                value = try Overlay.merge(overlay, over: row, value: value, in: view)
            }
            values.append(value)
            oldest = min(oldest, row.head.confirmed)
        }
        answer(
            caller, content: Content(texts: values), age: rows.isEmpty ? nil : max(0, now.wall - oldest) / 1000,
            isStale: false, at: now, into: &plan)
    }

    private static let fromStore = ExtraField(name: "origin", json: Bytes("\"store\"".utf8))

    /// A local answer: from MetaManager, with its origin and age.
    private mutating func answer(
        _ caller: Caller, content: Content, age: Int64?, isStale: Bool, at now: Moment, into plan: inout Plan
    ) {
        var extras = [Self.fromStore]
        if let age { extras.append(ExtraField(name: "age", json: Bytes("\(age)".utf8))) }
        if isStale { extras.append(ExtraField(name: "stale", json: Bytes("true".utf8))) }
        let message = Message(
            header: Header(id: ids.next(), parentID: caller.id, timestamp: now.wall, extras: extras),
            route: Route(
                source: ownName(towards: caller.module, route: caller.route), group: caller.route.group,
                operation: .response, resource: caller.route.resource),
            content: content)
        plan.deliveries.append((.module(caller.module.name), message))
    }

    private func age(_ head: ObjectHead, at now: Moment) -> Int64 { max(0, now.wall - head.confirmed) / 1000 }
}
