internal import Beehive
internal import MetaStore

/// What the cloud sends to functions: stored, handed to `edgefunction`, acknowledged.
extension Planner {
    mutating func storeForFunction(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let isAction = message.route.operation == .action
        var object: NewObject?
        do throws(ResourcePath.Fault) {
            let path = try ResourcePath(parsing: message.route.resource)
            // An action without content is an order all the same; there is only nothing to keep.
            if !(isAction && message.content.isEmpty) {
                object = try newObject(
                    path: path, content: message.content, version: message.header.resourceVersion, origin: .delivered)
            }
        } catch {
            return refuseForGood(message, because: error.description, at: now, into: &plan)
        }
        if let object {
            let verdict = try VersionGuard.judge(
                object, in: view, canBeUnchanged: !isAction, memory: settings.tombstoneAge, now: now.wall)
            switch verdict {
            case .older, .unchanged:
                plan.outcome = verdict == .older ? .older : .unchanged
                return acknowledge(message, at: now, into: &plan)
            case .completes(let head):
                plan.outcome = .unchanged
                plan.changes.append(.put(object, replacing: head.rowID))
                return acknowledge(message, at: now, into: &plan)
            case .replacesOther:
                var other = message
                other.route.source = .funcManager
                try removeOther(object, message: other, in: view, at: now, into: &plan)
                plan.changes.append(.put(object, replacing: nil))
            case .newer(let head): plan.changes.append(.put(object, replacing: head?.rowID))
            }
            plan.outcome = .stored
        }
        plan.deliveries.append((.module(.edgeFunction), message))
        acknowledge(message, at: now, into: &plan)
    }
}
