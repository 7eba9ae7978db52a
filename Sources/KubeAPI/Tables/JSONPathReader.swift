import Beehive

/// Reads the text of a path, once from its beginning to its end.
struct JSONPathReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        var trimmed = text.utf8[...]
        // Columns are written bare, as kubectl's own paths are not: `{.spec.x}`.
        if trimmed.first == UInt8(ascii: "{"), trimmed.last == UInt8(ascii: "}") {
            trimmed = trimmed.dropFirst().dropLast()
        }
        bytes = Array(trimmed)
        if bytes.first == UInt8(ascii: "$") { at = 1 }
    }

    /// Whether all is read.
    var isAtEnd: Bool { at == bytes.count }

    /// The steps up to the first byte that begins none; nil when one is broken or there are too many.
    mutating func steps(isInFilter: Bool = false) -> [JSONPath.Step]? {
        var found: [JSONPath.Step] = []
        while let byte = peek(), byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") {
            at += 1
            let step = byte == UInt8(ascii: ".") ? member(isInFilter: isInFilter) : bracket(isInFilter: isInFilter)
            guard let step, found.count < JSONPath.bounds.steps else { return nil }
            // A lone dot is the whole.
            if case .member("") = step { continue }
            found.append(step)
        }
        return found
    }

    private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Passes over a text, when it stands here.
    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: count)
        guard bytes[at...].prefix(count).elementsEqual(expected) else { return false }
        at += count
        return true
    }

    private mutating func skipSpace() {
        while peek() == UInt8(ascii: " ") { at += 1 }
    }

    /// What stands behind a dot: a name, in which a backslash makes the next byte an ordinary one, or `*`.
    private mutating func member(isInFilter: Bool) -> JSONPath.Step? {
        if take("*") { return isInFilter ? nil : .every }
        var name: [UInt8] = []
        let ends = isInFilter ? ".[ )=!<>" : ".["
        while let byte = peek(), !ends.utf8.contains(byte) {
            at += 1
            if byte != UInt8(ascii: "\\") {
                name.append(byte)
            } else if let next = peek() {
                name.append(next)
                at += 1
            } else {
                return nil
            }
        }
        // `..` descends, which is not understood; a dot before a bracket or the end stands for nothing.
        if name.isEmpty, let next = peek(), next == UInt8(ascii: ".") { return nil }
        return .member(String(decoding: name, as: UTF8.self))
    }

    /// What stands behind an opening bracket, with the closing one.
    private mutating func bracket(isInFilter: Bool) -> JSONPath.Step? {
        skipSpace()
        var step: JSONPath.Step?
        if take("*") {
            step = isInFilter ? nil : .every
        } else if take("?(") {
            step = isInFilter ? nil : filter().map { .filter($0) }
        } else if let text = quoted() {
            step = .member(text)
        } else {
            let start = at
            while let byte = peek(), byte == UInt8(ascii: "-") || (48...57).contains(byte) { at += 1 }
            step = Int(String(decoding: bytes[start..<at], as: UTF8.self)).map { .element($0) }
        }
        skipSpace()
        return take("]") ? step : nil
    }

    /// A comparison with its closing parenthesis.
    private mutating func filter() -> JSONPathFilter? {
        skipSpace()
        guard take("@"), let path = steps(isInFilter: true) else { return nil }
        skipSpace()
        if take(")") { return JSONPathFilter(path: path, comparison: nil) }
        let signs: [(StaticString, JSONPathFilter.Sign)] = [
            ("==", .equal), ("!=", .notEqual), ("<=", .atMost), (">=", .atLeast), ("<", .less), (">", .greater),
        ]
        for (text, sign) in signs where take(text) {
            skipSpace()
            guard let value = literal() else { return nil }
            skipSpace()
            let comparison = JSONPathFilter.Comparison(sign: sign, value: value)
            return take(")") ? JSONPathFilter(path: path, comparison: comparison) : nil
        }
        return nil
    }

    /// A text in quotes, a number or a truth value.
    private mutating func literal() -> JSONValue? {
        if let text = quoted() { return JSONValue(text: text) }
        let start = at
        while let byte = peek(), byte != UInt8(ascii: ")"), byte != UInt8(ascii: " ") { at += 1 }
        guard let value = try? JSONValue(parsing: bytes[start..<at]) else { return nil }
        switch value {
        case .number, .bool: return value
        default: return nil
        }
    }

    /// A text in single or double quotes; nil, with nothing read, when there is none.
    private mutating func quoted() -> String? {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        var end = at + 1
        var text: [UInt8] = []
        while end < bytes.count, bytes[end] != quote {
            if bytes[end] == UInt8(ascii: "\\"), end + 1 < bytes.count { end += 1 }
            text.append(bytes[end])
            end += 1
        }
        guard end < bytes.count else { return nil }
        at = end + 1
        return String(decoding: text, as: UTF8.self)
    }
}
