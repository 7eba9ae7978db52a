/// Where the local API serves a kind.
public struct APIResource: Hashable, Sendable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public let group: String
    /// The version, such as `v1`.
    public let version: String
    /// The plural, as it stands in paths.
    public let plural: String
    /// The kind, as it stands in objects.
    public let kind: String
    /// Whether objects live in namespaces.
    public let isNamespaced: Bool

    /// Names a resource.
    ///
    /// - Parameters:
    ///   - group: the API group; empty for the core group.
    ///   - version: the version.
    ///   - plural: the plural.
    ///   - kind: the kind.
    ///   - isNamespaced: whether objects live in namespaces.
    public init(group: String = "", version: String = "v1", plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// `group/version`, as objects carry it.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `plural.group`, or the plural alone for the core group.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The path of all objects, or of one.
    ///
    /// - Throws: `MetaClientError` for names that no path can have.
    func path(namespace: String?, name: String? = nil, part: String? = nil) throws(MetaClientError) -> String {
        var words = group.isEmpty ? ["api", version] : ["apis", group, version]
        if isNamespaced, let namespace { words += ["namespaces", namespace] }
        words.append(plural)
        if let name {
            guard !isNamespaced || namespace != nil else {
                throw MetaClientError(.invalid, "\(self) '\(name)': its namespace is missing; name it with in:")
            }
            words.append(name)
        }
        if let part { words.append(part) }
        for word in words where !Self.isPathWord(word) {
            throw MetaClientError(.invalid, "\(self): '\(word)' can be no name; use letters, digits, '-', '.' and ':'")
        }
        return "/" + words.joined(separator: "/")
    }

    /// Whether a word can stand in a path as it is.
    private static func isPathWord(_ word: String) -> Bool {
        !word.isEmpty && word != "." && word != ".." && word.utf8.count <= 253
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
