internal import Beehive

/// What the cloud makes of messages from the edge.
///
/// Order and answers are those of CloudCore: what it does not know is dropped without a word.
extension CloudCoreHub {
    func handle(_ message: Message, of node: CloudNode) {
        let route = message.route
        if route.resource == SpecialResource.clusterCA {
            guard route.operation == .query, !isClassic else { return }
            return respond(message, Content(text: Self.clusterCA), to: node, source: .cloudHub)
        }
        if route.source == "metaserver" { return handleApplication(message, of: node) }
        // Other controllers' business, which this cloud does not have; or a forged source.
        guard route.source != .twin, !ModuleName.cloudSources.contains(route.source),
            let path = try? ResourcePath(parsing: route.resource)
        else { return }
        switch path.type {
        case .node: handleNode(message, path, of: node)
        case .nodePatch: patchStatus(message, ObjectKey(.node, "", path.id), of: node)
        case .nodeStatus: handleNodeStatus(message, path, of: node)
        case .podPatch: patchStatus(message, ObjectKey(.pod, path.namespace, path.id), of: node)
        case .podStatus: handlePodStatus(message, path, of: node)
        case .pod: handlePod(message, path, of: node)
        case .lease: handleLease(message, path, of: node)
        case .serviceAccountToken: handleToken(message, path, of: node)
        case .certificateSigningRequest: handleSigningRequest(message, path, of: node)
        case .configMap, .secret, .persistentVolume, .persistentVolumeClaim, .volumeAttachment:
            query(message, path, of: node)
        // Events and results of rules are taken without an answer, as is what nobody knows.
        default: break
        }
    }

    static let clusterCA = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"

    var wall: Int64 { SystemTime().now().wall }

    // MARK: Forms of answers

    func respond(
        _ request: Message, _ content: Content, version: String = "", resource: String? = nil, to node: CloudNode,
        source: ModuleName = .edgeController
    ) {
        var header = header(parent: request.id, version: version)
        header.type = request.header.type
        reply(
            Message(
                header: header,
                route: Route(
                    source: source, group: .resource, operation: .response,
                    resource: resource ?? request.route.resource),
                content: content),
            to: node)
    }

    func respondOK(_ request: Message, version: String = "", resource: String? = nil, to node: CloudNode) {
        respond(request, .ok, version: version, resource: resource, to: node)
    }

    /// `{"Object":…,"Err":null}`; the object's kind and apiVersion get lost on the way.
    func respond(
        _ request: Message, object: JSONValue, version: String = "", keepsKind: Bool = false, to node: CloudNode
    ) {
        let answer: JSONValue = ["Object": keepsKind ? object : object.bare, "Err": .null]
        respond(request, Content(answer), version: version, to: node)
    }

    func respond(_ request: Message, failure: StatusError, object: JSONValue, to node: CloudNode) {
        let answer: JSONValue = ["Object": object, "Err": failure.json]
        respond(request, Content(answer), to: node)
    }

    /// A status error in the place of the object; 1.2 gives no answer at all.
    func respond(_ request: Message, failure: StatusError, to node: CloudNode) {
        guard !isClassic else { return }
        respond(request, Content(failure.json), to: node)
    }

    /// A message's content as an object; nil when it is none, and then the cloud keeps silent.
    func object(_ message: Message) -> JSONValue? {
        guard message.content.kind == .object else { return nil }
        return try? JSONValue(parsing: message.content.json)
    }

    // MARK: Queries that wait in the line

    private func query(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        guard message.route.operation == .query, !path.id.isEmpty, let kind = ObjectKind.of(path.type) else { return }
        let key = ObjectKey(kind, kind.isNamespaced ? path.namespace : "", path.id)
        guard let object = cluster[key] else {
            let isCached = kind == .configMap || kind == .secret
            return respond(message, failure: .notFound(key, fromCache: isCached), to: node)
        }
        enqueue(
            self.message(.response, key, object, parent: message.id, resource: message.route.resource), key, to: node)
    }

    // MARK: Patches

    /// A strategic merge patch of a status, sent as a string.
    private func patchStatus(_ message: Message, _ key: ObjectKey, of node: CloudNode) {
        guard message.route.operation == .patch, !isClassic, !key.name.isEmpty, let text = message.content.string
        else { return }
        do throws(StatusError) {
            let object = try patched(key, Array(text.utf8)[...])
            respond(message, object: object, version: object.objectVersion, to: node)
        } catch {
            respond(message, failure: error, object: key.kind == .pod ? Self.emptyPod : Self.emptyNode, to: node)
        }
    }

    private func patched(_ key: ObjectKey, _ text: Bytes) throws(StatusError) -> JSONValue {
        let patch: JSONValue
        do {
            patch = try JSONValue(parsing: text)
        } catch {
            throw .badPatch(text, error)
        }
        guard let object = cluster[key] else { throw .notFound(key) }
        if let uid = patch["metadata"]?["uid"]?.text, uid != object.objectUID { throw .wrongUID(key, uid) }
        let status = patch["status"] ?? .object([])
        publish(
            cluster.change(key, wall: wall, statusOnly: true) { object in
                object["status"] = StrategicMerge.strategic(object["status"], status)
            })
        return cluster[key] ?? object
    }

    static let emptyPod: JSONValue = [
        "metadata": ["creationTimestamp": nil], "spec": ["containers": nil], "status": .object([]),
    ]

    static let emptyNode: JSONValue = [
        "metadata": ["creationTimestamp": nil], "spec": .object([]), "status": emptyNodeStatus,
    ]

    static let emptyLease: JSONValue = ["metadata": ["creationTimestamp": nil], "spec": .object([])]

    static let emptyNodeStatus: JSONValue = [
        "daemonEndpoints": ["kubeletEndpoint": ["Port": 0]],
        "nodeInfo": .object(
            [
                "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion",
                "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture",
            ].map { JSONMember($0, "") }),
    ]
}
