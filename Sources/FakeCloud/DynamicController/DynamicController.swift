internal import Beehive

/// The part of CloudCore that performs applications and watches kinds for nodes; off unless settings switch it on.
struct DynamicController: Sendable {
    struct Watch: Sendable {
        let target: CloudApplication.Target
        let selectors: CloudSelectors
        /// The key as the node wrote it, for tests.
        let key: String
    }

    var isOn: Bool
    /// Plurals that no node may touch, for tests.
    var forbidden: Set<String> = []
    /// By node and the application's name.
    var watches: [String: [String: Watch]] = [:]

    /// What the API server says to a node that may not.
    func refusal(_ verb: String, _ target: CloudApplication.Target, of node: String) -> StatusError? {
        guard forbidden.contains(target.plural) else { return nil }
        let title = target.group.isEmpty ? target.plural : "\(target.plural).\(target.group)"
        let scope =
            target.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(target.namespace)\""
        return StatusError(
            message: "\(title) is forbidden: User \"system:node:\(node)\" cannot \(verb) resource \"\(target.plural)\" "
                + "in API group \"\(target.group)\" \(scope)",
            reason: "Forbidden", code: 403, details: ["kind": JSONValue(text: target.plural)])
    }
}

extension CloudCoreHub {
    /// A message of a node's local API: an application, or the whole map of its watches.
    func handleApplication(_ message: Message, of node: CloudNode) {
        guard dynamic.isOn, let content = object(message) else { return }
        if message.route.resource == "watchapp/sync" {
            return answer(message, synchronizeWatches(content, of: node), resource: "watchapp/sync", to: node)
        }
        guard let application = CloudApplication(content) else { return }
        let outcome: CloudApplication.Outcome
        do throws(StatusError) {
            outcome = try perform(application, of: node)
        } catch {
            outcome = .rejected(error)
        }
        tell("\(node.name) asked: \(application.verb) \(application.key)\(application.part.map { "/\($0)" } ?? "")")
        answer(message, application.answered(outcome), resource: "ignore/Application/ignore", to: node)
        // As the real one: the answer first, then what is there.
        if application.verb == "watch", case .approved = outcome { announceAll(application, to: node) }
    }

    private func perform(
        _ application: CloudApplication, of node: CloudNode
    ) throws(StatusError) -> CloudApplication.Outcome {
        guard let target = application.target else { return discovered(application.key) }
        if let refusal = dynamic.refusal(application.verb, target, of: node.name) { throw refusal }
        if let part = application.part, part != "status" {
            return .approved(try perform(application, behind: target, part: part))
        }
        switch application.verb {
        case "get": return .approved(try read(target))
        case "list": return .approved(list(target, application.options))
        case "watch":
            register(application, target, of: node)
            return .approved(nil)
        case "create": return .approved(try create(application, target))
        case "update", "updatestatus": return .approved(try update(application, target))
        case "patch": return .approved(try patch(application, target))
        case "delete":
            try delete(application, target)
            return .approved(nil)
        default: return .failed("verb \(application.verb) is not supported")
        }
    }

    private func answer(_ request: Message, _ content: JSONValue, resource: String, to node: CloudNode) {
        reply(
            Message(
                header: header(parent: request.id),
                route: Route(
                    source: .dynamicController, group: .resource, operation: .applicationResponse, resource: resource),
                content: Content(content)), to: node)
    }
}
