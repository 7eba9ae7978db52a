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
    /// Where the third part begins in the key's bytes; 0 when there is none.
    private let idStart: Int

    /// The third part; empty when the resource names all of a type.
    public var id: String {
        guard idStart > 0 else { return "" }
        // Cut at bytes, not at characters: a slash and an accent behind it are one character.
        let bytes = key.utf8
        return String(decoding: bytes[bytes.index(bytes.startIndex, offsetBy: idStart)...], as: UTF8.self)
    }

    /// True when there is a third part.
    public var namesOne: Bool { idStart > 0 }

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
        var text = text
        let parts = text.withUTF8 { Parts($0) }
        if let wrong = parts.wrong {
            throw Fault(description: "resource '\(text)' \(wrong): want <namespace>/<type>[/<id>]")
        }
        namespace = parts.namespace
        type = ResourceType(parts.type)
        idStart = parts.idStart
        // `ns/type/` names the same rows as `ns/type`: one key for both.
        key = parts.endsWithSlash ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : text
    }

    /// What stands between the slashes of a text.
    private struct Parts {
        var namespace = ""
        var type = ""
        var idStart = 0
        var endsWithSlash = false
        var wrong: String?

        init(_ bytes: UnsafeBufferPointer<UInt8>) {
            let slash = UInt8(ascii: "/")
            guard let first = bytes.firstIndex(of: slash) else {
                wrong = "has no type"
                return
            }
            let second = bytes[(first + 1)...].firstIndex(of: slash) ?? bytes.count
            guard first > 0 else {
                wrong = "has an empty namespace"
                return
            }
            guard second > first + 1 else {
                wrong = "has an empty type"
                return
            }
            guard second >= bytes.count || !bytes[(second + 1)...].contains(slash) else {
                wrong = "has more than three parts"
                return
            }
            namespace = String(decoding: UnsafeBufferPointer(rebasing: bytes[..<first]), as: UTF8.self)
            type = String(decoding: UnsafeBufferPointer(rebasing: bytes[(first + 1)..<second]), as: UTF8.self)
            endsWithSlash = second == bytes.count - 1
            idStart = second + 1 < bytes.count ? second + 1 : 0
        }
    }

    /// Builds a resource from parts that are known to be filled.
    ///
    /// - Parameters:
    ///   - namespace: the first part.
    ///   - type: the second part.
    ///   - id: the third part, or empty for all of a type.
    public init(namespace: String, type: ResourceType, id: String = "") {
        self.init(namespace: namespace, type: type, idBytes: id.utf8)
    }

    private init(namespace: String, type: ResourceType, idBytes: some Collection<UInt8>) {
        self.namespace = namespace
        self.type = type
        let front = namespace.utf8.count + 1 + type.rawValue.utf8.count
        idStart = idBytes.isEmpty ? 0 : front + 1
        // Not put together by interpolation, which takes ten times as long: each look-up of what lies over an object
        // needs such a key.
        key = String(unsafeUninitializedCapacity: idBytes.isEmpty ? front : front + 1 + idBytes.count) { room in
            var at = 0
            func put(_ part: some Collection<UInt8>) {
                let rest = UnsafeMutableBufferPointer(rebasing: room[at...])
                at += rest.initialize(fromContentsOf: part)
            }
            put(namespace.utf8)
            put(CollectionOfOne(UInt8(ascii: "/")))
            put(type.rawValue.utf8)
            if !idBytes.isEmpty {
                put(CollectionOfOne(UInt8(ascii: "/")))
                put(idBytes)
            }
            return at
        }
    }

    /// The whole text.
    public var description: String { key }

    /// The same object under another type, such as the `pod` of a `podpatch`.
    ///
    /// - Parameter type: the type to name instead.
    /// - Returns: the resource under that type.
    public func with(type: ResourceType) -> ResourcePath {
        let bytes = key.utf8
        let start = idStart > 0 ? bytes.index(bytes.startIndex, offsetBy: idStart) : bytes.endIndex
        return ResourcePath(namespace: namespace, type: type, idBytes: bytes[start...])
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
