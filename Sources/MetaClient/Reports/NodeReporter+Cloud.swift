internal import Beehive
internal import BeehiveSocket

/// Questions that the cloud decides: leases, tokens, certificates, registration.
extension NodeReporter {
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
}
