/// A place in a JSON value (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The steps from the root, unescaped.
    package var tokens: [String]

    /// The deepest place that is followed: no object is as deep.
    package static let maximumDepth = 256

    /// Reads a pointer; nil when it does not start with a slash, has a bad escape or is too deep.
    package init?(_ text: String) {
        tokens = []
        guard !text.isEmpty else { return }
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard tokens.count < Self.maximumDepth, let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
    }

    private static func unescaped(_ part: ArraySlice<UInt8>) -> String? {
        guard part.contains(UInt8(ascii: "~")) else { return String(decoding: part, as: UTF8.self) }
        var out: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                out.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): out.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): out.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The pointer as text, escaped.
    package var description: String {
        tokens.map { token in
            var out = "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": out += "~0"
                case "/": out += "~1"
                default: out.unicodeScalars.append(scalar)
                }
            }
            return out
        }.joined()
    }

    /// True when a place lies inside this one.
    package func isAbove(_ other: JSONPointer) -> Bool {
        tokens.count < other.tokens.count && other.tokens.starts(with: tokens)
    }
}
