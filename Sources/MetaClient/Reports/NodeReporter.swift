public import Beehive
public import BeehiveSocket

/// What a node's agent reports and asks through its module: pod and node statuses, events, leases, tokens, certificates.
///
/// ```swift
/// let module = try await BeehiveModuleClient.connect(path: socket, name: .edged, on: group)
/// let reporter = NodeReporter(module: module)
/// try await reporter.report(PodStatus(phase: .running), of: pod)
/// ```
///
/// Reports are on the disk when a call returns, and reach the cloud in order, through cuts and restarts. The module's
/// `messages` have to be read beside it, by whoever owns the module: answers may stand behind deliveries.
///
/// Every call throws `MetaClientError`: `timeout` when no answer came, `unavailable` when the cloud has to be asked and
/// cannot be, `conflict`, `notFound` and `refused` as the cloud or the daemon says; and `CancellationError`.
public struct NodeReporter: Sendable {
    let module: BeehiveModuleClient
    /// How long one call may take; the daemon itself gives the cloud 55 s.
    private let timeout: Duration

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - module: the attached module; only one that attached as `edged` may report whole statuses.
    ///   - timeout: how long one call may take.
    public init(module: BeehiveModuleClient, timeout: Duration = .seconds(60)) {
        self.module = module
        self.timeout = timeout
    }

    // MARK: Statuses

    /// Reports the whole status of a pod; the same status again is taken and not sent again.
    ///
    /// - Parameters:
    ///   - status: the status.
    ///   - pod: the pod, with its uid.
    /// - Throws: `MetaClientError`.
    public func report(_ status: PodStatus, of pod: Pod) async throws {
        let content: JSONValue = [
            "UID": JSONValue(text: pod.uid), "Name": JSONValue(text: pod.name), "Status": status.json,
        ]
        _ = try await ask(.update, .podStatus, pod.namespace, pod.name, Content(content))
    }

    /// Reports the whole status of the node, a sign of life each time.
    ///
    /// - Parameters:
    ///   - status: the node's `status`.
    ///   - node: the node, with its uid.
    /// - Throws: `MetaClientError`.
    public func report(_ status: JSONValue, of node: Node) async throws {
        let content: JSONValue = ["UID": JSONValue(text: node.uid), "Status": status, "ExtendResources": .null]
        _ = try await ask(.update, .nodeStatus, "default", node.name, Content(content))
    }

    /// Changes parts of a pod's status (strategic merge patch); without the cloud the node answers, and sends it later.
    ///
    /// - Parameters:
    ///   - pod: the pod, with its uid.
    ///   - status: the members to change.
    /// - Returns: the pod as it is now.
    /// - Throws: `MetaClientError`.
    public func patch(_ pod: Pod, status: JSONValue) async throws -> Pod {
        Pod(json: try await patch(.podPatch, pod.namespace, pod.name, uid: pod.uid, status))
    }

    /// Changes parts of the node's status (strategic merge patch); without the cloud the node answers, and sends it later.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - status: the members to change.
    /// - Returns: the node as it is now.
    /// - Throws: `MetaClientError`.
    public func patch(_ node: Node, status: JSONValue) async throws -> Node {
        Node(json: try await patch(.nodePatch, "default", node.name, uid: "", status))
    }

    private func patch(
        _ type: ResourceType, _ namespace: String, _ name: String, uid: String, _ status: JSONValue
    ) async throws -> JSONValue {
        var patch: JSONValue = ["status": status]
        if !uid.isEmpty { patch = ["metadata": ["uid": JSONValue(text: uid)], "status": status] }
        let text = Content(text: String(decoding: patch.json, as: UTF8.self))
        return try ModuleAnswer.object(try await ask(.patch, type, namespace, name, text), of: "\(type) '\(name)'")
    }

    /// Says that a pod that was asked to go is gone.
    ///
    /// - Parameter pod: the pod, with its uid.
    /// - Throws: `MetaClientError`.
    public func confirmDeletion(of pod: Pod) async throws {
        let options: JSONValue = [
            "gracePeriodSeconds": 0, "preconditions": ["uid": JSONValue(text: pod.uid)],
        ]
        _ = try await ask(.delete, .pod, pod.namespace, pod.name, Content(options))
    }

    // MARK: Facts

    /// Sends an event to the cloud, now or when it can be reached; it is not stored on the node.
    ///
    /// - Parameter event: the event; its name has to be new.
    /// - Throws: `MetaClientError`.
    public func record(_ event: Event) async throws {
        _ = try await ask(.insert, .event, event.namespace, event.name, Content(event.json))
    }

    // MARK: Asking

    func ask(
        _ operation: Operation, _ type: ResourceType, _ namespace: String, _ name: String, _ content: Content
    ) async throws -> Message {
        let what = "\(operation) of \(type) '\(namespace)/\(name)'"
        let words = [namespace, name]
        guard words.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "/")) }) else {
            throw MetaClientError(.invalid, "\(what): namespace and name must be there, and have no '/'")
        }
        let message = module.message(operation, "\(namespace)/\(type)/\(name)", content: content)
        return try await request(message, of: what)
    }

    func request(_ message: Message, of what: String) async throws -> Message {
        let answer: Message
        do {
            answer = try await module.request(message, within: timeout)
        } catch let error as ModuleClientError {
            throw MetaClientError(error, of: what)
        }
        if let refusal = ModuleAnswer.refusal(answer, of: what) { throw refusal }
        return answer
    }
}
