/// One setting: its name in the file, what it may hold, what it is when nobody sets it.
public struct ConfigurationKey: Sendable, Hashable {
    /// The name: the keys of the file joined by dots.
    public let name: String
    /// What it may hold.
    public let kind: ConfigurationKind
    /// What it is when nobody sets it.
    public let standard: ConfigurationDefault
    /// The same with KubeEdge's folders, for a file of KubeEdge's; nil when there is no difference.
    public let kubeEdgeStandard: ConfigurationDefault?
    /// When a changed value applies.
    public let applies: Applies
    /// Whether the value must not be shown.
    public let secret: Bool
    /// What it does, in one line.
    public let summary: String

    /// When a changed value applies.
    public enum Applies: String, Sendable, Hashable {
        /// On reload: when the file changes, or on SIGHUP.
        case live
        /// At the next start.
        case restart
        /// Never: it is accepted for compatibility.
        case never
    }

    /// Whether a changed value applies on reload, without a restart.
    public var live: Bool { applies == .live }

    init(
        _ name: String, _ kind: ConfigurationKind, _ standard: ConfigurationDefault,
        kubeEdge: ConfigurationDefault? = nil, live: Bool = false, never: Bool = false, secret: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.standard = standard
        kubeEdgeStandard = kubeEdge
        applies = never ? .never : live ? .live : .restart
        self.secret = secret
        self.summary = summary
    }

    /// The environment variable that sets it.
    public var variable: String {
        "METAMANAGER_" + String(name.map { $0 == "." || $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// The setting of a name, if there is one.
    ///
    /// - Parameter name: the dotted name.
    /// - Returns: the setting, or nil.
    public static func named(_ name: String) -> ConfigurationKey? { byName[name] }

    private static let byName = Dictionary(
        ConfigurationKey.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The known name or group nearest to a misspelt one.
    ///
    /// - Parameter name: the misspelt name.
    /// - Returns: the nearest, or nil when none is near.
    public static func nearest(to name: String) -> String? {
        let depth = name.count { $0 == "." }
        var candidates = Set(ConfigurationKey.all.map(\.name))
        for key in ConfigurationKey.all {
            let parts = key.name.split(separator: ".")
            for count in 1..<parts.count { candidates.insert(parts.prefix(count).joined(separator: ".")) }
        }
        return EditDistance.nearest(
            to: name, among: candidates.sorted(), preferring: { $0.count { $0 == "." } == depth })
    }
}

extension ConfigurationKey {
    /// Whether settings stand below a name.
    static func isGroup(_ name: String) -> Bool { groups.contains(name) }

    private static let groups = Set(
        all.flatMap { key in
            let parts = key.name.split(separator: ".")
            return (1..<max(parts.count, 1)).map { parts.prefix($0).joined(separator: ".") }
        })
}
