internal import Beehive

/// What the cloud sends by itself: changes, what a node missed, and the notes of what it acked.
extension CloudCoreHub {
    static let edgeLabel = "node-role.kubernetes.io/edge"

    func isEdge(_ name: String) -> Bool {
        cluster[ObjectKey(.node, "", name)]?["metadata"]?["labels"]?[Self.edgeLabel] != nil
    }

    /// Tells the nodes concerned of a change.
    func publish(_ change: ClusterChange?) {
        guard let change else { return }
        if !dynamic.watches.isEmpty { announce(change) }
        if change.isStatusOnly, !settings.echoesStatus { return }
        let operation: Operation =
            switch change.event {
            case .added: .insert
            case .updated: .update
            case .deleted: .delete
            }
        switch change.key.kind {
        case .pod:
            guard let name = change.object["spec"]?["nodeName"]?.text, isEdge(name) else { return }
            if change.event != .deleted { noteUses(of: change, by: name) }
            push(change, operation, to: node(name))
        case .configMap, .secret:
            // Secrets never come as inserts.
            let operation = change.key.kind == .secret && operation == .insert ? .update : operation
            for name in users[change.key] ?? [] { push(change, operation, to: node(name)) }
            if change.event == .deleted { users[change.key] = nil }
        case .node:
            if change.event == .deleted {
                forget(change.key.name)
            } else if isEdge(change.key.name) {
                push(change, .update, to: node(change.key.name))
                if change.event == .added { pushAccess(to: node(change.key.name)) }
            }
        case .serviceAccountAccess:
            // New ones come as updates too, as a policy controller was seen to do.
            let operation = operation == .insert ? .update : operation
            for node in nodes.values where isEdge(node.name) { push(change, operation, to: node) }
        case .service, .endpoints:
            guard isClassic else { return }
            for node in nodes.values where isEdge(node.name) { push(change, operation, to: node) }
        default: break
        }
    }

    /// What a node that has just come is to know of the service accounts.
    ///
    /// A real cloud makes these objects itself, of the
    /// accounts that the node's pods name and of the cluster's roles; here they are manifests.
    private func pushAccess(to node: CloudNode) {
        let all = cluster.objects.filter { $0.key.kind == .serviceAccountAccess }
        for (key, object) in all.sorted(by: { $0.key.resource < $1.key.resource }) {
            enqueue(message(.update, key, object), key, to: node)
        }
    }

    private func push(_ change: ClusterChange, _ operation: Operation, to node: CloudNode) {
        enqueue(message(operation, change.key, change.object), change.key, to: node)
    }

    /// The Node is gone: so is its session, without a word, and all that was noted of it.
    private func forget(_ name: String) {
        guard let node = nodes[name] else { return }
        node.syncs = [:]
        node.line = AckLine(rules: node.line.rules)
        node.connection?.end()
    }

    /// Notes which config maps and secrets a pod's node wants to hear of.
    private func noteUses(of change: ClusterChange, by node: String) {
        for key in PodReferences.of(change.object, in: change.key.namespace) { users[key, default: []].insert(node) }
    }

    /// The cloud writes its address into a Node whose node connects.
    func annotate(_ name: String) {
        let address = settings.advertisedAddress
        publish(
            cluster.change(ObjectKey(.node, "", name), wall: SystemTime().now().wall) { object in
                object = StrategicMerge.plain(
                    object, ["metadata": ["annotations": ["cloudcore": JSONValue(text: address)]]])
            })
    }

    // MARK: Messages that need an ack

    func message(
        _ operation: Operation, _ key: ObjectKey, _ content: JSONValue, parent: String = "", resource: String? = nil
    ) -> Message {
        Message(
            header: header(parent: parent, version: content.objectVersion),
            route: Route(
                source: .edgeController, group: .resource, operation: operation, resource: resource ?? key.resource),
            content: Content(content))
    }

    /// Puts a message in the node's line, by CloudCore's rules.
    func enqueue(_ message: Message, _ key: ObjectKey, to node: CloudNode) {
        let isDelete = message.route.operation == .delete
        let version = UInt64(message.header.resourceVersion) ?? 0
        // A message of this class that has no version and is no delete is lost in CloudCore, too.
        guard version > 0 || isDelete else { return journal.count { $0.dropped += 1 } }
        let uid = message.content.text(message.content.sketch.uid) ?? ""
        let slotKey = isClassic || uid.isEmpty ? message.route.resource : uid
        let isTerminating = message.content.bytes(message.content.sketch.metadata).map(Self.isTerminating) ?? false
        let always = isDelete || message.route.operation == .response || isTerminating
        if !always {
            if let slot = node.line.slots[slotKey] {
                if slot.isDelete || version <= slot.version { return }
            } else if let sync = node.syncs[uid] {
                if !isClassic, version <= sync.version { return }
            } else {
                // Kinds without a namespace are noted without one; the word in the resource stands for it otherwise.
                node.syncs[uid] = ObjectSync(
                    kind: key.kind, namespace: key.namespace, name: key.name, uid: uid, version: 0)
            }
        }
        // 1.23 throws away what is queued while the node is away; the sync loop brings it.
        guard node.connection != nil || isClassic else { return }
        node.line.put(message, key: slotKey, version: version, isDelete: isDelete)
        run(node)
    }

    private static func isTerminating(_ metadata: Bytes) -> Bool {
        // A full parse only for the few that may be.
        guard metadata.contains(UInt8(ascii: "d")), let value = try? JSONValue(parsing: metadata) else { return false }
        return value["deletionTimestamp"]?.text != nil
    }

    /// Notes what a node has.
    func noteAck(_ flight: AckLine.Flight, of node: CloudNode) {
        guard !flight.key.hasPrefix(Self.rawPrefix),
            let uid = flight.message.content.text(flight.message.content.sketch.uid)
        else { return }
        if flight.isDelete {
            node.syncs[uid] = nil
        } else if node.syncs[uid] != nil {
            node.syncs[uid]?.version = flight.version
        } else if let path = try? ResourcePath(parsing: flight.message.route.resource),
            let kind = ObjectKind.of(path.type)
        {
            // The namespace is the one in the resource: `default` for volumes, where the sync loop finds none.
            node.syncs[uid] = ObjectSync(
                kind: kind, namespace: path.namespace == "null" ? "" : path.namespace, name: path.id, uid: uid,
                version: flight.version)
        }
    }
}
