public import Beehive

/// A node.
public struct Node: MetaObject {
    /// Where nodes are served.
    public static let resource = APIResource(plural: "nodes", kind: "Node", isNamespaced: false)
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// The conditions.
    public var conditions: [Condition] { json.elements(at: "status", "conditions").map(Condition.init(json:)) }
    /// Whether it takes pods and runs them.
    public var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.isTrue } }
    /// Whether new pods are kept away from it.
    public var isUnschedulable: Bool { json.isTrue(at: "spec", "unschedulable") }
    /// Its addresses by type, such as `InternalIP`; the first of each type.
    public var addresses: [String: String] {
        var addresses: [String: String] = [:]
        for entry in json.elements(at: "status", "addresses") {
            guard let type = entry.text(at: "type"), let address = entry.text(at: "address") else { continue }
            if addresses[type] == nil { addresses[type] = address }
        }
        return addresses
    }
    /// What it has, in Kubernetes' quantities, such as `memory: 2Gi`.
    public var capacity: [String: String] { json.texts(at: "status", "capacity") }
    /// What of it pods may have, in Kubernetes' quantities.
    public var allocatable: [String: String] { json.texts(at: "status", "allocatable") }
    /// The version of the agent that reports it.
    public var kubeletVersion: String { json.text(at: "status", "nodeInfo", "kubeletVersion") ?? "" }
}
