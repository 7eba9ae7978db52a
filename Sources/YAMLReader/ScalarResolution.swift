import Beehive

/// The tags of YAML's own types.
enum YAMLTag {
    static let string = "tag:yaml.org,2002:str"
    static let null = "tag:yaml.org,2002:null"
    static let bool = "tag:yaml.org,2002:bool"
    static let integer = "tag:yaml.org,2002:int"
    static let float = "tag:yaml.org,2002:float"
    static let timestamp = "tag:yaml.org,2002:timestamp"
    static let binary = "tag:yaml.org,2002:binary"
    static let merge = "tag:yaml.org,2002:merge"
    static let sequence = "tag:yaml.org,2002:seq"
    static let mapping = "tag:yaml.org,2002:map"
}

/// What a scalar stands for.
enum ResolvedScalar: Hashable {
    case null
    case bool(Bool)
    /// A number in JSON's spelling.
    case number(String)
    /// Infinity or not a number, which JSON does not have.
    case notFinite(String)
    case text(String)

    /// The text as the key of a JSON object.
    var keyText: String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .number(let digits): digits
        case .notFinite(let text), .text(let text): text
        }
    }
}

/// Tells what an unquoted scalar means, as Kubernetes reads YAML: 1.1 with `yes`, `no`, `on`, `off`, without `y`, `n`.
enum ScalarResolution {
    static func resolve(
        _ scalar: YAMLScalar, tag: String?, at position: YAMLPosition
    ) throws(YAMLError) -> ResolvedScalar {
        guard let tag else { return scalar.style == .plain ? byLook(scalar.text) : .text(scalar.text) }
        let seen = byLook(scalar.text)
        switch (tag, seen) {
        case (YAMLTag.string, _), (YAMLTag.timestamp, _): return .text(scalar.text)
        case (YAMLTag.null, .null), (YAMLTag.bool, .bool), (YAMLTag.float, .number), (YAMLTag.float, .notFinite):
            return seen
        case (YAMLTag.integer, .number(let digits)) where !digits.contains { ".eE".contains($0) }: return seen
        case (YAMLTag.binary, _):
            guard let text = Base64Text.decode(scalar.text) else {
                throw YAMLError(at: position, "!!binary wants base64 of UTF-8 text")
            }
            return .text(text)
        default: throw YAMLError(at: position, "'\(scalar.text.prefix(40))' cannot be read as \(short(tag))")
        }
    }

    static func short(_ tag: String) -> String {
        tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst(18) : tag
    }

    private static func byLook(_ text: String) -> ResolvedScalar {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
            return .notFinite(text)
        default:
            // Most scalars are words: one look at the first byte spares them the rest.
            guard let first = text.utf8.first, first <= UInt8(ascii: "9"), "+-.0123456789".utf8.contains(first) else {
                return .text(text)
            }
            return number(text).map(ResolvedScalar.number) ?? .text(text)
        }
    }

    /// The number in JSON's spelling; nil when it is none.
    private static func number(_ text: String) -> String? {
        let plain = text.filter { $0 != "_" }
        if let integer = integer(plain) { return integer }
        guard isFloat(plain.utf8) else { return nil }
        var bytes = Array(plain.utf8)
        if (try? JSONValue(parsing: bytes[...])) != nil { return isFinite(plain) ? plain : nil }
        // Leading plus, bare point, leading zeros: the value counts, in the shortest spelling.
        if bytes.last == UInt8(ascii: ".") { bytes.append(UInt8(ascii: "0")) }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// The integer of up to 64 bits in decimal: `0x`, `0o`, `0b` and a leading zero (octal) name a base.
    private static func integer(_ text: String) -> String? {
        var digits = text[...]
        let negative = digits.hasPrefix("-")
        if negative || digits.hasPrefix("+") { digits.removeFirst() }
        guard let lead = digits.utf8.first, (48...57).contains(lead) else { return nil }
        var radix = 10
        if digits.utf8.count > 1, lead == UInt8(ascii: "0") {
            switch digits.dropFirst().first {
            case "x", "X": (radix, digits) = (16, digits.dropFirst(2))
            case "o", "O": (radix, digits) = (8, digits.dropFirst(2))
            case "b", "B": (radix, digits) = (2, digits.dropFirst(2))
            default: (radix, digits) = (8, digits.dropFirst())
            }
        }
        guard digits.first?.isHexDigit == true, let magnitude = UInt64(digits, radix: radix) else { return nil }
        guard negative else { return "\(magnitude)" }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return magnitude == 0 ? "0" : "-\(magnitude)"
    }

    private static func isFinite(_ text: String) -> Bool { Double(text)?.isFinite ?? false }

    // `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ set: String) -> Bool {
            guard let byte = rest.first, set.utf8.contains(byte) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("+-")
        let whole = digits()
        let fraction = skip(".") ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if skip("eE") {
            _ = skip("+-")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
