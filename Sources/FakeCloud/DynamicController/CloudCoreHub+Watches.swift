internal import Beehive

/// Kinds that nodes watch through the dynamic controller.
extension CloudCoreHub {
    func register(_ application: CloudApplication, _ target: CloudApplication.Target, of node: CloudNode) {
        dynamic.watches[node.name, default: [:]][application.id] = DynamicController.Watch(
            target: target, selectors: CloudSelectors(application.options), key: application.key)
    }

    /// Sends a node what is there of what it watches now; what it acked before is left out by the line's filter.
    func announceAll(_ application: CloudApplication, to node: CloudNode) {
        guard let watch = dynamic.watches[node.name]?[application.id] else { return }
        for (key, object) in cluster.objects.sorted(by: { $0.key.resource < $1.key.resource }) {
            guard watch.target.covers(key), watch.selectors.matches(object) else { continue }
            announce(.insert, key, object, to: node)
        }
    }

    /// Tells the nodes that watch a kind of a change.
    func announce(_ change: ClusterChange) {
        let operation: Operation =
            switch change.event {
            case .added: .insert
            case .updated: .update
            case .deleted: .delete
            }
        for (name, watches) in dynamic.watches {
            let isWatched = watches.values.contains {
                $0.target.covers(change.key) && $0.selectors.matches(change.object)
            }
            if isWatched { announce(operation, change.key, change.object, to: node(name)) }
        }
    }

    private func announce(_ operation: Operation, _ key: ObjectKey, _ object: JSONValue, to node: CloudNode) {
        let word = key.namespace.isEmpty ? "null" : key.namespace
        let message = Message(
            header: header(version: object.objectVersion),
            route: Route(
                source: .dynamicController, group: .resource, operation: operation,
                resource: "\(word)/\(key.kind.type)/\(key.name)"),
            content: Content(object))
        enqueue(message, key, to: node)
    }

    /// Takes a node's whole map of watches: adds what is missing, removes the others, gives those that failed.
    func synchronizeWatches(_ map: JSONValue, of node: CloudNode) -> JSONValue {
        let wanted = map.members.compactMap { member in CloudApplication(member.value) }
        let former = dynamic.watches[node.name] ?? [:]
        dynamic.watches[node.name] = former.filter { id, _ in wanted.contains { $0.id == id } }
        var failed: JSONValue = .object([])
        for application in wanted {
            guard let target = application.target else { continue }
            if let refusal = dynamic.refusal("watch", target, of: node.name) {
                failed[application.id] = application.answered(.rejected(refusal))
                dynamic.watches[node.name]?[application.id] = nil
            } else if former[application.id] == nil {
                register(application, target, of: node)
                announceAll(application, to: node)
            }
        }
        return failed
    }
}
