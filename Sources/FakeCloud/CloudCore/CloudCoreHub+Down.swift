internal import Beehive
internal import NIOCore

/// What the cloud sends by itself: changes, what a node missed, and the notes of what it acked.
extension CloudCoreHub {
    static let edgeLabel = "node-role.kubernetes.io/edge"

    func isEdge(_ name: String) -> Bool {
        cluster[ObjectKey(.node, "", name)]?["metadata"]?["labels"]?[Self.edgeLabel] != nil
    }

    /// Tells the nodes concerned of a change.
    func publish(_ change: ClusterChange?) {
        guard let change else { return }
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
            }
        case .service, .endpoints:
            guard isClassic else { return }
            for node in nodes.values where isEdge(node.name) { push(change, operation, to: node) }
        default: break
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

    // MARK: The sync loop

    func startSyncLoop() {
        let period = TimeAmount(settings.syncPeriod)
        let bound = NIOLoopBound(WeakHub(self), eventLoop: loop)
        loop.scheduleRepeatedTask(initialDelay: period, delay: period) { task in
            guard let hub = bound.value.hub else { return task.cancel() }
            hub.synchronize()
        }
    }

    /// Sends each node what is newer than it acked, and what is gone.
    func synchronize() {
        for node in nodes.values where node.connection != nil || isClassic {
            for sync in node.syncs.values.sorted(by: { $0.uid < $1.uid }) { synchronize(sync, node) }
        }
    }

    private func synchronize(_ sync: ObjectSync, _ node: CloudNode) {
        let key = ObjectKey(sync.kind, sync.namespace, sync.name)
        let resource = "\(sync.namespace.isEmpty ? "null" : sync.namespace)/\(sync.kind.type)/\(sync.name)"
        if let object = cluster[key], object.objectUID == sync.uid {
            guard (UInt64(object.objectVersion) ?? 0) > sync.version else { return }
            // 1.2 calls everything a pod.
            let name = isClassic ? "\(sync.namespace)/pod/\(sync.name)" : resource
            enqueue(message(.update, key, object, resource: name), key, to: node)
        } else if !isClassic {
            var metadata: JSONValue = ["name": JSONValue(text: sync.name)]
            if !sync.namespace.isEmpty { metadata["namespace"] = JSONValue(text: sync.namespace) }
            metadata["uid"] = JSONValue(text: sync.uid)
            enqueue(message(.delete, key, ["metadata": metadata], resource: resource), key, to: node)
        }
    }

    /// As after CloudCore's own restart: who uses what is found again, and all pods go out anew, past the filter.
    func restart() {
        cutAll()
        for node in nodes.values { node.line = AckLine(rules: node.line.rules) }
        users = [:]
        for (key, object) in cluster.objects.sorted(by: { $0.key.resource < $1.key.resource }) where key.kind == .pod {
            publish(ClusterChange(key: key, event: .added, object: object))
        }
    }
}

/// Does not keep its hub.
struct WeakHub {
    weak var hub: CloudCoreHub?

    init(_ hub: CloudCoreHub) { self.hub = hub }
}

/// The config maps and secrets that a pod names.
enum PodReferences {
    static func of(_ pod: JSONValue, in namespace: String) -> [ObjectKey] {
        let spec = pod["spec"] ?? .null
        var keys: [ObjectKey] = []
        func add(_ kind: ObjectKind, _ name: String?) {
            if let name, !name.isEmpty { keys.append(ObjectKey(kind, namespace, name)) }
        }
        for secret in spec["imagePullSecrets"]?.elements ?? [] { add(.secret, secret["name"]?.text) }
        for volume in spec["volumes"]?.elements ?? [] {
            add(.configMap, volume["configMap"]?["name"]?.text)
            add(.secret, volume["secret"]?["secretName"]?.text)
            for source in volume["projected"]?["sources"]?.elements ?? [] {
                add(.configMap, source["configMap"]?["name"]?.text)
                add(.secret, source["secret"]?["name"]?.text)
            }
        }
        let containers = (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? [])
        for container in containers {
            for source in container["envFrom"]?.elements ?? [] {
                add(.configMap, source["configMapRef"]?["name"]?.text)
                add(.secret, source["secretRef"]?["name"]?.text)
            }
            for variable in container["env"]?.elements ?? [] {
                add(.configMap, variable["valueFrom"]?["configMapKeyRef"]?["name"]?.text)
                add(.secret, variable["valueFrom"]?["secretKeyRef"]?["name"]?.text)
            }
        }
        return keys
    }
}
