public import Beehive

/// The cluster's objects, and messages of a test's own.
extension FakeCloudCore {
    /// How a test's own message goes to a node.
    public enum Line: Sendable {
        /// In the node's line, in a slot of its own: each one arrives, in order.
        case each
        /// In the node's line, in the slot of its object (its uid, else its resource): newer ones overwrite.
        case slot
        /// Sent once, past the line.
        case direct
    }

    /// Creates or replaces an object, as `kubectl apply` would, and tells the nodes concerned.
    ///
    /// A pod is sent only while its Node has the label `node-role.kubernetes.io/edge`.
    ///
    /// - Parameter object: with kind, metadata.name and metadata.namespace (`default` if none).
    /// - Returns: the object as it is kept, with uid and version.
    /// - Throws: `FakeCloudError` when it is no object.
    @discardableResult
    public func apply(_ object: JSONValue) async throws -> JSONValue {
        try await onLoop { try $0.apply(object) ?? object }
    }

    /// Changes an object by a JSON merge patch, as `kubectl patch --type=merge` and `kubectl label` do.
    ///
    /// - Parameters:
    ///   - kind: such as `ConfigMap`.
    ///   - namespace: empty for kinds without one.
    ///   - name: the object's name.
    ///   - patch: the patch.
    /// - Returns: the object now; nil if there is none.
    /// - Throws: when the cloud was stopped.
    @discardableResult
    public func merge(_ kind: String, _ namespace: String, _ name: String, _ patch: JSONValue) async throws
        -> JSONValue?
    {
        try await onLoop { $0.merge(patch, into: ObjectKey(.named(kind), namespace, name)) }
    }

    /// Deletes an object; a pod of a node is only marked, and goes when the node says so, unless the grace is 0.
    ///
    /// - Parameters:
    ///   - kind: such as `Pod`.
    ///   - namespace: empty for kinds without one.
    ///   - name: the object's name.
    ///   - grace: a pod's grace period in seconds; 0 is kubectl's `--force`.
    /// - Throws: when the cloud was stopped.
    public func remove(_ kind: String, _ namespace: String, _ name: String, grace: Int = 30) async throws {
        try await onLoop { $0.remove(ObjectKey(.named(kind), namespace, name), grace: grace) }
    }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - kind: such as `Node`.
    ///   - namespace: empty for kinds without one.
    ///   - name: the object's name.
    /// - Returns: nil if there is none.
    /// - Throws: when the cloud was stopped.
    public func object(_ kind: String, _ namespace: String, _ name: String) async throws -> JSONValue? {
        try await onLoop { $0.cluster[ObjectKey(.named(kind), namespace, name)] }
    }

    /// Registers a Node as an edge node would, so that its pods are sent.
    ///
    /// - Parameters:
    ///   - name: the node's name.
    ///   - labels: labels beside the edge label.
    /// - Throws: when the cloud was stopped.
    public func setNode(_ name: String, labels: [String: String] = [:]) async throws {
        var members = [JSONMember(CloudCoreHub.edgeLabel, "")]
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            members.append(JSONMember(key, JSONValue(text: value)))
        }
        try await apply([
            "kind": "Node", "apiVersion": "v1",
            "metadata": ["name": JSONValue(text: name), "labels": .object(members)],
            "spec": .object([]), "status": .object([]),
        ])
    }

    /// The versions that a node acked last, by `Kind/namespace/name`; 0 for what was sent and not yet acked.
    ///
    /// - Parameter node: the node's name.
    /// - Returns: what the ObjectSyncs of the node say.
    /// - Throws: when the cloud was stopped.
    public func syncs(of node: String) async throws -> [String: UInt64] {
        try await onLoop { hub in
            let pairs = (hub.nodes[node]?.syncs.values.map { $0 } ?? []).map { sync in
                ("\(sync.kind.name)/\(sync.namespace)/\(sync.name)", sync.version)
            }
            return Dictionary(pairs) { max($0, $1) }
        }
    }

    /// How many messages wait in a node's line, the one under way among them.
    ///
    /// - Parameter node: the node's name.
    /// - Returns: how many.
    /// - Throws: when the cloud was stopped.
    public func waiting(for node: String) async throws -> Int { try await onLoop { $0.nodes[node]?.line.count ?? 0 } }

    /// Does now what the sync loop does every period.
    ///
    /// - Throws: when the cloud was stopped.
    public func synchronize() async throws { try await onLoop { $0.synchronize() } }

    /// Does what a restart of CloudCore does: cuts all connections, forgets the queues, announces all pods anew.
    ///
    /// - Throws: when the cloud was stopped.
    public func restart() async throws { try await onLoop { $0.restart() } }

    // MARK: Messages

    /// Makes a message of the cloud, with an id and the time.
    ///
    /// - Parameters:
    ///   - operation: what is told.
    ///   - resource: what it is about.
    ///   - content: what it carries.
    ///   - source: the cloud's module.
    ///   - group: the group it is for.
    ///   - version: the header's resource version.
    ///   - parent: the message answered.
    /// - Returns: the message, not yet sent.
    /// - Throws: when the cloud was stopped.
    public func message(
        _ operation: Operation, _ resource: String, content: Content = .null, source: ModuleName = .edgeController,
        group: ModuleGroup = .resource, version: String = "", parent: String = ""
    ) async throws -> Message {
        let header = try await onLoop { $0.header(parent: parent, version: version) }
        return Message(
            header: header, route: Route(source: source, group: group, operation: operation, resource: resource),
            content: content)
    }

    /// Sends any message to a node; lines keep it only while the node is connected (1.23).
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - node: the node's name.
    ///   - line: whether it waits for acks.
    /// - Throws: when the cloud was stopped.
    public func push(_ message: Message, to node: String, line: Line = .each) async throws {
        try await push([message], to: node, line: line)
    }

    /// Sends messages to a node, all of them before anything else happens.
    ///
    /// - Parameters:
    ///   - messages: the messages, in order.
    ///   - node: the node's name.
    ///   - line: whether they wait for acks.
    /// - Throws: when the cloud was stopped.
    public func push(_ messages: [Message], to node: String, line: Line = .each) async throws {
        try await onLoop { hub in
            let node = hub.node(node)
            for message in messages {
                switch line {
                case .direct: hub.transmit(message, to: node)
                case .each: hub.pushRaw(message, slot: nil, to: node)
                case .slot:
                    let uid = message.content.text(message.content.sketch.uid)
                    hub.pushRaw(message, slot: uid ?? message.route.resource, to: node)
                }
            }
        }
    }

    /// Adds a rule, asked before the cloud's own: the first that gives anything answers the message.
    ///
    /// - Parameter rule: called on the cloud's thread with the node's name and each message but keepalives, acks and
    ///   errors; nil leaves it to others, an empty list gives no answer.
    /// - Throws: when the cloud was stopped.
    public func answer(_ rule: @escaping @Sendable (_ node: String, _ message: Message) -> [Message]?) async throws {
        try await onLoop { $0.rules.append(rule) }
    }

    /// Forgets all rules.
    ///
    /// - Throws: when the cloud was stopped.
    public func forgetRules() async throws { try await onLoop { $0.rules = [] } }

    /// Makes the answer to a message of a node; for rules.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - content: what the answer carries.
    ///   - version: the header's resource version.
    /// - Returns: the answer, with an id of its own.
    public static func response(to request: Message, content: Content = .ok, version: String = "") -> Message {
        var ids = MessageIDSource()
        return Message(
            header: Header(
                id: ids.next(), parentID: request.id, timestamp: SystemTime().now().wall, resourceVersion: version),
            route: Route(
                source: .edgeController, group: .resource, operation: .response, resource: request.route.resource),
            content: content)
    }
}
