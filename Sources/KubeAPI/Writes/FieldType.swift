package import Beehive

/// What a field of an object has to be, so that typed clients can read it; null is an absent field.
package indirect enum FieldType: Sendable {
    case text, bool, int32, int64
    /// A moment as RFC 3339 writes it.
    case time
    /// The same, with six digits behind the seconds.
    case microTime
    /// Text in base64.
    case bytes
    /// An object of anything.
    case object
    /// An object with known fields; others are not looked at.
    case fields([String: FieldType])
    /// An object with any keys, whose values are alike.
    case map(FieldType)
    case list(FieldType)

    /// What does not fit, in words; nil when all does.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - place: what it is called.
    /// - Returns: one line.
    package func fault(in value: JSONValue, at place: String) -> String? {
        func wants(_ what: String) -> String { "\(OneLine.of(place, limit: 300)) has to be \(what)" }
        if value == .null { return nil }
        switch self {
        case .text: return value.text == nil ? wants("a text") : nil
        case .bool:
            guard case .bool = value else { return wants("true or false") }
            return nil
        case .int32:
            return value.integer.flatMap(Int32.init(exactly:)) == nil ? wants("a whole number of 32 bits") : nil
        case .int64: return value.integer == nil ? wants("a whole number of 64 bits") : nil
        case .time: return value.text.map { Self.isMoment($0) } ?? false ? nil : wants("a time of RFC 3339")
        case .microTime:
            return value.text.map { Self.isMoment($0, digits: 6) } ?? false
                ? nil : wants("a time of RFC 3339 with microseconds")
        case .bytes: return value.text.map(Self.isBase64) ?? false ? nil : wants("a text in base64")
        case .object:
            guard case .object = value else { return wants("an object") }
            return nil
        case .fields(let types):
            guard case .object(let members) = value else { return wants("an object") }
            for member in members {
                guard let type = types[member.key] else { continue }
                let inner = place.isEmpty ? member.key : "\(place).\(member.key)"
                if let fault = type.fault(in: member.value, at: inner) { return fault }
            }
        case .map(let type):
            guard case .object(let members) = value else { return wants("an object") }
            for member in members {
                if let fault = type.fault(in: member.value, at: "\(place).\(member.key)") { return fault }
            }
        case .list(let type):
            guard case .array(let elements) = value else { return wants("a list") }
            for (index, element) in elements.enumerated() {
                if let fault = type.fault(in: element, at: "\(place)[\(index)]") { return fault }
            }
        }
        return nil
    }

    /// `2026-01-02T03:04:05Z`, with a fraction and an offset as allowed.
    private static func isMoment(_ text: String, digits wanted: Int? = nil) -> Bool {
        var rest = Array(text.utf8)[...]
        guard rest.count <= 64 else { return false }
        func number(_ count: Int, _ range: ClosedRange<Int>, then mark: UInt8? = nil) -> Bool {
            guard rest.count >= count, rest.prefix(count).allSatisfy(isDigit) else { return false }
            let value = rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            rest.removeFirst(count)
            guard let mark else { return range.contains(value) }
            return range.contains(value) && rest.popFirst() == mark
        }
        guard number(4, 0...9999, then: UInt8(ascii: "-")), number(2, 1...12, then: UInt8(ascii: "-")),
            number(2, 1...31, then: UInt8(ascii: "T")), number(2, 0...23, then: UInt8(ascii: ":")),
            number(2, 0...59, then: UInt8(ascii: ":")), number(2, 0...59)
        else { return false }
        var digits = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits = rest.prefix(while: isDigit).count
            guard digits > 0 else { return false }
            rest.removeFirst(digits)
        }
        if let wanted, digits != wanted { return false }
        switch rest.popFirst() {
        case UInt8(ascii: "Z"): return rest.isEmpty
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return number(2, 0...23, then: UInt8(ascii: ":")) && number(2, 0...59) && rest.isEmpty
        default: return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isBase64(_ text: String) -> Bool {
        // Go's decoder skips ends of lines.
        let bytes = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let padding = bytes.suffix(2).count { $0 == UInt8(ascii: "=") }
        return bytes.count.isMultiple(of: 4)
            && bytes.dropLast(padding).allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            }
    }
}
