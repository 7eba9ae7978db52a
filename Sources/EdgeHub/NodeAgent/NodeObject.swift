internal import Beehive

/// The objects that the agent sends, in the form that KubeEdge's edged gives them.
struct NodeObject: Sendable {
    /// What kubelet keeps back for the system; edged's number too.
    static let reservedMemory: UInt64 = 100 << 20
    /// The release of Kubernetes whose forms are spoken.
    static let kubernetes = "v1.32.0"

    let settings: NodeAgentSettings
    let facts: MachineFacts

    /// The labels that the Node has to have; without those of the cloud's no pod is ever pushed.
    var labels: [String: String] {
        let own = [
            "kubernetes.io/arch": facts.architecture, "kubernetes.io/hostname": settings.node,
            "kubernetes.io/os": "linux", "node-role.kubernetes.io/agent": "", "node-role.kubernetes.io/edge": "",
        ]
        return own.merging(settings.labels) { _, configured in configured }
    }

    /// A Node to be registered.
    func node(conditions: [JSONValue]) -> JSONValue {
        [
            "metadata": [
                "name": JSONValue(text: settings.node), "creationTimestamp": nil, "labels": Self.object(labels),
                "annotations": ["node.alpha.kubernetes.io/ttl": "0"],
            ],
            "spec": [:], "status": status(conditions: conditions),
        ]
    }

    /// A Node that brings labels and nothing else.
    func node(labels: [String: String]) -> JSONValue {
        [
            "metadata": [
                "name": JSONValue(text: settings.node), "creationTimestamp": nil, "labels": Self.object(labels),
            ],
            "spec": [:], "status": [:],
        ]
    }

    /// The whole status.
    func status(conditions: [JSONValue]) -> JSONValue {
        [
            "capacity": resources(memory: facts.memory, storage: facts.storage),
            "allocatable": resources(
                memory: facts.memory.map { $0 > Self.reservedMemory ? $0 - Self.reservedMemory : 0 },
                storage: facts.storage.map { $0 / 10 * 9 }),
            "conditions": .array(conditions), "addresses": .array(addresses),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 0]],
            "nodeInfo": [
                "machineID": JSONValue(text: facts.machineID), "systemUUID": JSONValue(text: facts.systemID),
                "bootID": JSONValue(text: facts.bootID), "kernelVersion": JSONValue(text: facts.kernel),
                "osImage": JSONValue(text: facts.systemImage),
                "containerRuntimeVersion": JSONValue(text: settings.containerRuntime),
                // As edged's `v1.32.10-kubeedge-v1.23.0`: the API that is spoken, then who speaks it.
                "kubeletVersion": JSONValue(text: "\(Self.kubernetes)-metamanager-v\(settings.release)"),
                "kubeProxyVersion": "", "operatingSystem": "linux",
                "architecture": JSONValue(text: facts.architecture),
            ],
        ]
    }

    private func resources(memory: UInt64?, storage: UInt64?) -> JSONValue {
        var out: JSONValue = [:]
        if let count = facts.processors { out["cpu"] = JSONValue(text: "\(count)") }
        if let memory { out["memory"] = JSONValue(text: "\(memory >> 10)Ki") }
        out["pods"] = JSONValue(text: "\(settings.pods)")
        if let storage { out["ephemeral-storage"] = JSONValue(text: "\(storage >> 10)Ki") }
        return out
    }

    private var addresses: [JSONValue] {
        let address = settings.address.isEmpty ? facts.address : settings.address
        var out: [JSONValue] = []
        if let address { out.append(["type": "InternalIP", "address": JSONValue(text: address)]) }
        out.append(["type": "Hostname", "address": JSONValue(text: settings.node)])
        return out
    }

    /// A strategic merge patch that sets the whole status.
    static func patch(status: JSONValue) -> JSONValue {
        let order = (status["conditions"]?.elements ?? []).map {
            JSONValue.object([JSONMember("type", $0["type"] ?? "")])
        }
        var out: JSONValue = ["$setElementOrder/conditions": .array(order)]
        for member in status.members { out[member.key] = member.value }
        return ["status": out]
    }

    /// A status without its heartbeats: what has to change to be news.
    static func withoutHeartbeats(_ status: JSONValue) -> JSONValue {
        var status = status
        status["conditions"] = .array(
            (status["conditions"]?.elements ?? []).map { condition in
                var condition = condition
                condition["lastHeartbeatTime"] = nil
                return condition
            })
        return status
    }

    /// A lease that is not there yet; with a resource version in it the cloud would refuse it.
    func lease(nodeUID: String, now: Int64) -> JSONValue {
        var metadata: JSONValue = [
            "name": JSONValue(text: settings.node), "namespace": "kube-node-lease", "creationTimestamp": nil,
        ]
        if !nodeUID.isEmpty {
            // So that the lease goes with its Node.
            metadata["ownerReferences"] = [
                [
                    "apiVersion": "v1", "kind": "Node", "name": JSONValue(text: settings.node),
                    "uid": JSONValue(text: nodeUID),
                ]
            ]
        }
        return ["metadata": metadata, "spec": renewal(of: [:], now: now)]
    }

    /// A lease as the cloud last gave it, renewed.
    func renewed(_ lease: JSONValue, now: Int64) -> JSONValue {
        ["metadata": lease["metadata"] ?? [:], "spec": renewal(of: lease["spec"] ?? [:], now: now)]
    }

    private func renewal(of spec: JSONValue, now: Int64) -> JSONValue {
        var spec = spec
        spec["holderIdentity"] = JSONValue(text: settings.node)
        spec["leaseDurationSeconds"] = JSONValue(integer: max(1, settings.leaseDuration.components.seconds))
        // MicroTime: six digits behind the point.
        let text = KubernetesTimestamp.text(now, isExact: true)
        spec["renewTime"] = JSONValue(text: "\(text.dropLast())000Z")
        return spec
    }

    private static func object(_ map: [String: String]) -> JSONValue {
        .object(map.sorted { $0.key < $1.key }.map { JSONMember($0.key, JSONValue(text: $0.value)) })
    }
}
