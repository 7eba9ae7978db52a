/// What the bus knows of a module.
public struct ModuleInfo: Sendable, Hashable {
    /// Its name.
    public let name: ModuleName
    /// The group it belongs to.
    public let group: ModuleGroup
    /// The KubeEdge release whose forms it expects; empty for the newest.
    public let release: String

    /// True for a peer of KubeEdge 1.2.
    public var isClassic: Bool { release == "1.2" }

    /// Makes the description of a module.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - group: the group it belongs to; the standard one of the name if nil.
    ///   - release: the KubeEdge release whose forms it expects.
    public init(name: ModuleName, group: ModuleGroup? = nil, release: String = "") {
        self.name = name
        self.group = group ?? .standard(for: name)
        self.release = release
    }
}

/// Who a message is delivered to.
public enum Recipient: Sendable, Hashable {
    /// The module of this name.
    case module(ModuleName)
    /// Every module of this group, or the one of this name.
    case group(String)
    /// Every attached module.
    case everyone
}
