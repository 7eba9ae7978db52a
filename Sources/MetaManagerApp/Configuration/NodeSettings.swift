/// The Node object of this machine.
public struct NodeSettings: Sendable, Hashable {
    /// `node.register`.
    public var register: Bool
    /// `node.labels`.
    public var labels: [String: String]
    /// `node.address`.
    public var address: String?
    /// `node.namespace`.
    public var namespace: String

    init(_ values: ConfigurationValues) {
        register = values.boolean("node.register")
        labels = values.map("node.labels")
        address = values.optionalText("node.address")
        namespace = values.text("node.namespace")
    }
}
