/// How a text is written in YAML, so that every reader of YAML 1.1 or 1.2 takes it for a text.
enum YAMLScalar {
    /// Keys of more bytes need a form of their own: readers look for a key's colon in the next 1024 characters only.
    static let longestKey = 128

    /// What readers take for null, a truth value, a number or an instruction.
    private static let words: Set<String> = [
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<",
    ]

    /// Appends a text plain, in single quotes, or in double quotes with escapes: the first that says it unchanged.
    static func append(_ text: String, isInFlow: Bool, to out: inout [UInt8]) {
        guard text.unicodeScalars.allSatisfy({ isPrintable($0) }) else { return appendEscaped(text, to: &out) }
        guard !isPlain(text, isInFlow: isInFlow) else { return out.append(contentsOf: text.utf8) }
        out.append(UInt8(ascii: "'"))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "'"))
    }

    /// Whether a text can stand as it is, line by line, behind a `|`.
    static func isLiteral(_ text: String) -> Bool {
        guard let first = text.utf8.first, first > 0x20, text.utf8.contains(0x0A) else { return false }
        return text.unicodeScalars.allSatisfy { isPrintable($0) || $0 == "\n" || $0 == "\t" }
    }

    private static func isPlain(_ text: String, isInFlow: Bool) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        guard !"-?:,[]{}#&*!|>'\"%@`+. ".utf8.contains(first), last != 0x20, last != UInt8(ascii: ":") else {
            return false
        }
        if isInFlow, bytes.contains(where: { ",[]{}:?".utf8.contains($0) }) { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: ":"), next == 0x20 { return false }
            if byte == 0x20, next == UInt8(ascii: "#") { return false }
        }
        if bytes.count <= 5, words.contains(text.lowercased()) { return false }
        // What begins like a number is one only for letters of numbers and times: 100m, 3h20m and 1Gi are words.
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return true }
        return bytes.contains { byte in
            switch byte | 0x20 {
            case UInt8(ascii: "g")...UInt8(ascii: "n"), UInt8(ascii: "p")...UInt8(ascii: "s"),
                UInt8(ascii: "u")...UInt8(ascii: "w"):
                byte >= UInt8(ascii: "A")
            default: false
            }
        }
    }

    /// What may stand in a line outside of an escape: no control characters, no breaks of lines, no marks of order.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    private static func appendEscaped(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": out.append(contentsOf: "\\n".utf8)
            case "\t": out.append(contentsOf: "\\t".utf8)
            case "\r": out.append(contentsOf: "\\r".utf8)
            case "\"": out.append(contentsOf: "\\\"".utf8)
            case "\\": out.append(contentsOf: "\\\\".utf8)
            case let other where isPrintable(other): out.append(contentsOf: String(other).utf8)
            case let other where other.value < 0x100: appendHex("\\x", other.value, digits: 2, to: &out)
            case let other: appendHex("\\u", other.value, digits: 4, to: &out)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func appendHex(_ lead: String, _ value: UInt32, digits: Int, to out: inout [UInt8]) {
        let hex = String(value, radix: 16)
        out.append(contentsOf: lead.utf8)
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits - hex.utf8.count))
        out.append(contentsOf: hex.utf8)
    }
}
