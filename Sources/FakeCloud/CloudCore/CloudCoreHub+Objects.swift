internal import Beehive
internal import NIOCore

/// What a test does to the cluster, and to the connections as a whole.
extension CloudCoreHub {
    static let rawPrefix = "raw:"

    @discardableResult
    func apply(_ object: JSONValue) throws -> JSONValue? {
        let key = try ClusterState.key(of: object)
        publish(cluster.put(object, at: key, wall: SystemTime().now().wall))
        return cluster[key]
    }

    @discardableResult
    func merge(_ patch: JSONValue, into key: ObjectKey) -> JSONValue? {
        publish(
            cluster.change(key, wall: SystemTime().now().wall) { object in
                let former = object
                object = StrategicMerge.plain(object, patch)
                object["metadata"]?["uid"] = former["metadata"]?["uid"]
            })
        return cluster[key]
    }

    /// Deletes as the API server does: a pod of a node gets its grace period first.
    func remove(_ key: ObjectKey, grace: Int) {
        guard let object = cluster[key] else { return }
        let isRunning = key.kind == .pod && object["spec"]?["nodeName"]?.text != nil
        if isRunning {
            let wall = SystemTime().now().wall
            publish(
                cluster.change(key, wall: wall) { object in
                    let end = KubernetesTimestamp.text(wall + Int64(grace) * 1000)
                    object["metadata"]?["deletionTimestamp"] = JSONValue(text: end)
                    object["metadata"]?["deletionGracePeriodSeconds"] = JSONValue(integer: grace)
                })
        }
        if !isRunning || grace == 0 { publish(cluster.remove(key)) }
    }

    /// Puts a test's own message in a node's line, past the filters.
    func pushRaw(_ message: Message, slot: String?, to node: CloudNode) {
        let key = Self.rawPrefix + (slot ?? message.id)
        node.line.put(
            message, key: key, version: UInt64(message.header.resourceVersion) ?? 0,
            isDelete: message.route.operation == .delete, stays: false)
        run(node)
    }

    // MARK: Connections

    func track(_ channel: any Channel, _ gate: ByteGate) {
        let id = ObjectIdentifier(channel)
        gates[id] = gate
        let bound = NIOLoopBound(WeakHub(self), eventLoop: loop)
        channel.closeFuture.whenComplete { _ in bound.value.hub?.gates[id] = nil }
    }

    func cutAll() {
        for gate in gates.values { gate.cut(isReset: true) }
    }

    func shutDown() {
        cutAll()
        for node in nodes.values { node.timer?.cancel() }
    }
}
