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
    private let module: BeehiveModuleClient
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

    // MARK: What the cloud decides

    /// Registers the node.
    ///
    /// - Parameter node: the node.
    /// - Returns: the node as the cloud has it.
    /// - Throws: `MetaClientError`; `conflict` when it is registered already.
    public func register(_ node: Node) async throws -> Node {
        Node(json: try await create(.node, "default", node))
    }

    /// Creates a lease.
    ///
    /// - Parameter lease: the lease.
    /// - Returns: the lease as the cloud has it.
    /// - Throws: `MetaClientError`.
    public func create(_ lease: Lease) async throws -> Lease {
        Lease(json: try await create(.lease, lease.namespace, lease))
    }

    /// Renews a lease, or changes who holds it.
    ///
    /// - Parameter lease: the lease as the cloud gave it, changed.
    /// - Returns: the lease as the cloud has it.
    /// - Throws: `MetaClientError`; `conflict` when somebody else was quicker.
    public func update(_ lease: Lease) async throws -> Lease {
        let answer = try await ask(.update, .lease, lease.namespace, lease.name, Content(lease.json))
        return Lease(json: try ModuleAnswer.object(answer, of: "lease '\(lease.name)'"))
    }

    /// Asks the cloud for a lease, with the cloud's version, which an update needs.
    ///
    /// - Parameter name: namespace and name.
    /// - Returns: nil when there is none.
    /// - Throws: `MetaClientError`.
    public func lease(_ name: ObjectName) async throws -> Lease? {
        try await found { try await ask(.query, .lease, name.namespace, name.name, .null) }.map(Lease.init(json:))
    }

    /// A token of a service account: a stored one while it is good, also without the cloud.
    ///
    /// - Parameter request: what is wanted; asked again in the same words, it gets the same token.
    /// - Returns: the request with its answer.
    /// - Throws: `MetaClientError`.
    public func token(_ request: TokenRequest) async throws -> TokenRequest {
        let content: JSONValue = [
            "metadata": ["creationTimestamp": .null], "spec": request.json["spec"] ?? .null,
            "status": ["token": "", "expirationTimestamp": .null],
        ]
        let answer = try await ask(
            .query, .serviceAccountToken, request.namespace, request.name, Content(content))
        return TokenRequest(json: try ModuleAnswer.object(answer, of: "the token of '\(request.objectName)'"))
    }

    /// Asks for a certificate.
    ///
    /// - Parameter request: the request.
    /// - Returns: the request as the cloud has it, as a rule not yet signed.
    /// - Throws: `MetaClientError`.
    public func create(_ request: CertificateSigningRequest) async throws -> CertificateSigningRequest {
        CertificateSigningRequest(json: try await create(.certificateSigningRequest, "default", request))
    }

    /// Asks the cloud how a request for a certificate stands.
    ///
    /// - Parameter name: its name.
    /// - Returns: nil when there is none.
    /// - Throws: `MetaClientError`.
    public func certificateSigningRequest(_ name: String) async throws -> CertificateSigningRequest? {
        try await found { try await ask(.query, .certificateSigningRequest, "default", name, .null) }
            .map(CertificateSigningRequest.init(json:))
    }

    /// The cluster's certificate authority, in PEM.
    ///
    /// - Returns: the text.
    /// - Throws: `MetaClientError`.
    public func clusterAuthority() async throws -> String {
        let answer = try await request(module.message(.query, "k8s/ca.crt"), of: "the cluster's authority")
        guard let text = ModuleAnswer.text(answer) else {
            throw MetaClientError(.malformed, "the cluster's authority: the answer is no text")
        }
        return text
    }

    // MARK: Asking

    private func create(_ type: ResourceType, _ namespace: String, _ object: some MetaObject) async throws -> JSONValue
    {
        let answer = try await ask(.insert, type, namespace, object.name, Content(object.json))
        // A cloud of release 1.2 answers with `OK` alone.
        return answer.content.isOK
            ? object.json : try ModuleAnswer.object(answer, of: "\(type) '\(object.name)'")
    }

    private func found(_ query: () async throws -> Message) async throws -> JSONValue? {
        do {
            return try ModuleAnswer.object(try await query(), of: "the answer")
        } catch let error as MetaClientError where error.code == .notFound {
            return nil
        }
    }

    private func ask(
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

    private func request(_ message: Message, of what: String) async throws -> Message {
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
