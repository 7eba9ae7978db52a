internal import Beehive
internal import MetaStore

/// 1.2's `servicelist` and `endpointslist`: each element is stored for itself, the message goes to the mesh as it is.
extension Planner {
    mutating func storeList(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let path = path(of: message, at: now, into: &plan) else { return }
        guard let elements = listElements(message.content) else {
            return refuseForGood(
                message, because: "content of '\(path)' is no list but a JSON \(message.content.kind)", at: now,
                into: &plan)
        }
        let type: ResourceType = path.type == .serviceList ? .service : .endpoints
        var bad: [String] = []
        var latest: [String: NewObject] = [:]
        var keys: [String] = []
        var isChanged = false
        for (index, element) in elements.enumerated() {
            guard let content = try? Content(json: element), content.kind == .object,
                let name = content.text(content.sketch.name), !name.isEmpty
            else {
                bad.append("element \(index) has no metadata.name")
                continue
            }
            let namespace = content.text(content.sketch.namespace) ?? path.namespace
            let own = ResourcePath(namespace: namespace, type: type, id: name)
            let object: NewObject
            do {
                object = try newObject(path: own, content: content, version: "", origin: .delivered)
            } catch {
                bad.append("element \(index): \(error.description)")
                continue
            }
            // A name that stands twice counts as it stands last, unless that is older.
            if let earlier = latest[object.key] {
                if let order = VersionGuard.compare(object.version, earlier.version), order < 0,
                    object.uid == earlier.uid
                {
                    continue
                }
            } else {
                keys.append(object.key)
            }
            latest[object.key] = object
        }
        for key in keys {
            guard let object = latest[key] else { continue }
            switch try VersionGuard.judge(object, in: view, memory: settings.tombstoneAge, now: now.wall) {
            case .older: continue
            case .unchanged(let head):
                if head.origin == .cached { plan.changes.append(.adopt(rowID: head.rowID)) }
            case .completes(let head): plan.changes.append(.put(object, replacing: head.rowID))
            case .newer(let head):
                plan.changes.append(.put(object, replacing: head?.rowID))
                isChanged = true
            case .replacesOther:
                try removeOther(object, message: message, in: view, at: now, into: &plan)
                plan.changes.append(.put(object, replacing: nil))
                isChanged = true
            }
        }
        plan.outcome = isChanged ? .stored : .unchanged
        if isChanged || elements.isEmpty || !bad.isEmpty { deliverToConsumer(message, type: path.type, into: &plan) }
        if !bad.isEmpty {
            plan.reason = bad.joined(separator: "; ")
            tellCloud(
                message, because: "'\(path)': \(plan.reason); the other elements are stored", at: now, into: &plan)
        }
        acknowledge(message, at: now, into: &plan)
    }

    /// The elements of an array, or of a Kubernetes List's `items`.
    private func listElements(_ content: Content) -> [Bytes]? {
        if content.kind == .array { return JSONMembers.elements(of: content.json) }
        guard content.kind == .object, let items = JSONMembers.range(of: "items", in: content.json) else { return nil }
        return JSONMembers.elements(of: content.json[items])
    }
}
