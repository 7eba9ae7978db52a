/// The path and query of a request.
public struct RequestTarget: Sendable {
    /// The path as it came, still escaped.
    public let path: String
    /// The path's parts, unescaped; a slash inside a part was escaped.
    public let segments: [String]
    /// The query's fields, unescaped, in the order they came.
    public let query: [(name: String, value: String)]

    /// Parses a request's target; nil when it is no path, or its escapes are broken.
    ///
    /// - Parameter text: a path with an optional query.
    public init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        var segments: [String] = []
        for part in parts[0].split(separator: "/") {
            guard let segment = Self.unescape(part, plusIsSpace: false) else { return nil }
            segments.append(segment)
        }
        var query: [(name: String, value: String)] = []
        for field in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.unescape(pair[0], plusIsSpace: true),
                let value = pair.count > 1 ? Self.unescape(pair[1], plusIsSpace: true) : ""
            else { return nil }
            query.append((name, value))
        }
        self.segments = segments
        self.query = query
    }

    /// A field of the query; nil when it is absent.
    ///
    /// - Parameter name: the field's name.
    /// - Returns: its value, the first when there are several.
    public func field(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// A field that is absent when empty.
    ///
    /// - Parameter name: the field's name.
    /// - Returns: nil when it is absent or empty.
    public func filled(_ name: String) -> String? { field(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// True for a switch that is set: present without a value, or `true` or `1`.
    ///
    /// - Parameter name: the field's name.
    /// - Returns: whether it is set.
    public func isSet(_ name: String) -> Bool {
        guard let value = field(name) else { return false }
        return value.isEmpty || value == "true" || value == "1"
    }

    private static func unescape(_ text: Substring, plusIsSpace: Bool) -> String? {
        var out: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = bytes.next().flatMap(digit), let low = bytes.next().flatMap(digit) else { return nil }
                out.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: out.append(UInt8(ascii: " "))
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }

    /// Escapes a text for a query's value.
    ///
    /// - Parameter text: any text.
    /// - Returns: the text with all but letters, digits and `-._~` escaped.
    public static func escape(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": out.unicodeScalars.append(scalar)
            default: out += byte < 16 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
            }
        }
        return out
    }
}
