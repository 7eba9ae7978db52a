internal import Beehive
internal import NIOCore

/// The sync loop: what brings a node all that it missed.
extension CloudCoreHub {
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
        dynamic.watches = [:]
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
