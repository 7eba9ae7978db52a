/// A resource in its parsed form: `<namespace>/<type>[/<id>]` (`messages.md`, section 1).
///
/// The text itself is the key under which an object is stored.
public struct ResourcePath: Hashable, Sendable, CustomStringConvertible {
    /// The whole text, as it came.
    public let key: String
    /// The first part; `null` for nodes.
    public let namespace: String
    /// The second part.
    public let type: ResourceType
    /// The third part; empty when the resource names all of a type.
    public let id: String

    /// Why a text is no resource.
    public struct Fault: Error, Hashable, CustomStringConvertible {
        /// One line that names the resource and what is wrong with it.
        public let description: String

        /// Makes a fault.
        ///
        /// - Parameter description: one line that names the resource and what is wrong with it.
        public init(description: String) { self.description = description }
    }

    /// Parses a resource.
    ///
    /// An empty third part (`ns/type/`) is the same as none.
    ///
    /// - Parameter text: `<namespace>/<type>` or `<namespace>/<type>/<id>`.
    /// - Throws: `Fault` when a part is missing or empty, or when there are more than three.
    public init(parsing text: String) throws(Fault) {
        let bytes = text.utf8
        guard let first = bytes.firstIndex(of: UInt8(ascii: "/")) else {
            throw Fault(description: "resource '\(text)' has no type: want <namespace>/<type>[/<id>]")
        }
        let rest = bytes[bytes.index(after: first)...]
        let second = rest.firstIndex(of: UInt8(ascii: "/"))
        guard first != bytes.startIndex else {
            throw Fault(description: "resource '\(text)' has an empty namespace: want <namespace>/<type>[/<id>]")
        }
        guard !rest.isEmpty, second != rest.startIndex else {
            throw Fault(description: "resource '\(text)' has an empty type: want <namespace>/<type>[/<id>]")
        }
        namespace = String(text[..<first])
        type = ResourceType(String(text[rest.startIndex..<(second ?? text.endIndex)]))
        // Cut at bytes, not at characters: a slash and an accent behind it are one character.
        let id = second.map { String(text[bytes.index(after: $0)...]) } ?? ""
        guard !id.utf8.contains(UInt8(ascii: "/")) else {
            throw Fault(description: "resource '\(text)' has more than three parts: want <namespace>/<type>[/<id>]")
        }
        self.id = id
        // `ns/type/` names the same rows as `ns/type`: one key for both.
        if let second, id.isEmpty { key = String(text[..<second]) } else { key = text }
    }

    /// Builds a resource from parts that are known to be filled.
    ///
    /// - Parameters:
    ///   - namespace: the first part.
    ///   - type: the second part.
    ///   - id: the third part, or empty for all of a type.
    public init(namespace: String, type: ResourceType, id: String = "") {
        self.namespace = namespace
        self.type = type
        self.id = id
        key = id.isEmpty ? "\(namespace)/\(type)" : "\(namespace)/\(type)/\(id)"
    }

    /// The whole text.
    public var description: String { key }

    /// The same object under another type, such as the `pod` of a `podpatch`.
    ///
    /// - Parameter type: the type to name instead.
    /// - Returns: the resource under that type.
    public func with(type: ResourceType) -> ResourcePath {
        ResourcePath(namespace: namespace, type: type, id: id)
    }
}

/// Resources that stand outside the usual form.
public enum SpecialResource {
    /// The state of the cloud link.
    public static let connection = "node/connection"
    /// The cluster's certificate authority.
    public static let clusterCA = "k8s/ca.crt"
    /// The metaserver's applications.
    public static let application = "ignore/Application/ignore"
}
