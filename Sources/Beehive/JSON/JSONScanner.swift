/// A strict, non-recursive reader over JSON text.
///
/// It validates what it passes over and copies nothing: strings and values are ranges of the text. It lives only
/// while the bytes' buffer is borrowed, so it never leaves the function that made it.
///
/// Strictness is RFC 8259: UTF-8 without surrogates or overlong forms, no control characters in strings, no leading
/// zeros, no trailing commas. A lone `\ud800` escape is accepted, as Go's decoder does.
package struct JSONScanner {
    /// Nesting beyond this is refused, however small the text.
    package static let standardDepth = 512

    package let bytes: UnsafeBufferPointer<UInt8>
    package var position: Int
    package let depthLimit: Int

    package init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0, depthLimit: Int = standardDepth) {
        self.bytes = bytes
        self.position = position
        self.depthLimit = min(depthLimit, Self.standardDepth)
    }

    /// The next byte that is no white space, which stays unread; nil at the end.
    @inline(__always)
    package mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            // Nearly every byte here is above the space.
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// The fault at the current position: the end, or a byte that does not belong.
    package func unexpected() -> JSONFault {
        JSONFault(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position)
    }

    /// The fault of a value that begins here and is of another kind than the one wanted; or of what is no value.
    package mutating func wrongKind() -> JSONFault {
        guard let first = peek() else { return unexpected() }
        return switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "t"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            JSONFault(.wrongKind, at: position)
        default: unexpected()
        }
    }

    /// Reads one byte, after white space.
    @inline(__always)
    package mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard peek() == byte else { throw unexpected() }
        position += 1
    }

    /// Nothing but white space may be left.
    package mutating func expectEnd() throws(JSONFault) {
        if peek() != nil { throw JSONFault(.trailingBytes, at: position) }
    }

    /// Reads the opening brace, then calls `member` for each member with the range of its key; `member` reads the value.
    @inline(__always)
    package mutating func object(
        _ member: (inout JSONScanner, Range<Int>) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try expect(UInt8(ascii: "{"))
        if peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
            switch peek() {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return
            default: throw unexpected()
            }
        }
    }

    /// Reads the opening bracket, then calls `element` for each element, which reads it.
    @inline(__always)
    package mutating func array(_ element: (inout JSONScanner) throws(JSONFault) -> Void) throws(JSONFault) {
        try expect(UInt8(ascii: "["))
        if peek() == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try element(&self)
            switch peek() {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return
            default: throw unexpected()
            }
        }
    }

    /// Reads any value, after white space, and gives its range.
    @inline(__always)
    package mutating func value(depth: Int = 0) throws(JSONFault) -> Range<Int> {
        _ = peek()
        let start = position
        try skip(depth: depth)
        return start..<position
    }

    /// Reads one of the three literals.
    package mutating func literal(_ text: StaticString) throws(JSONFault) {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] {
            throw JSONFault(.unexpectedByte, at: position + offset)
        }
        position += count
    }

    /// Reads a number and keeps it as text: no digit is ever lost.
    package mutating func number() throws(JSONFault) {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        let integer = digits()
        guard integer > 0, !(integer > 1 && bytes[position - integer] == UInt8(ascii: "0")) else {
            throw JSONFault(.badNumber, at: start)
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw JSONFault(.badNumber, at: start) }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw JSONFault(.badNumber, at: start) }
        }
    }

    /// The byte at the position, white space included; 0 at the end.
    @inline(__always)
    private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func digits() -> Int {
        let start = position
        while byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    /// Reads a string whose opening quote is next, and gives the range between the quotes, still escaped.
    @inline(__always)
    package mutating func string() throws(JSONFault) -> Range<Int> {
        let start = position + 1
        position = start
        guard let base = bytes.baseAddress else { throw unexpected() }
        while true {
            position = JSONScanner.plainEnd(base, position, bytes.count)
            guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: position) }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return start..<position - 1
            }
            if byte == UInt8(ascii: "\\") {
                try escape()
            } else if byte < 0x20 {
                throw JSONFault(.controlCharacter, at: position)
            } else {
                try multibyte()
            }
        }
    }

    /// Where plain ASCII ends, eight bytes at a time: at a quote, backslash, control or non-ASCII byte, or at the end.
    @inline(__always)
    static func plainEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(base)
        var at = start
        while at + 8 <= count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let high: UInt64 = 0x8080_8080_8080_8080
            let low: UInt64 = 0x0101_0101_0101_0101
            let quote = word ^ 0x2222_2222_2222_2222
            let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let found =
                (((quote &- low) & ~quote) | ((slash &- low) & ~slash) | ((word &- 0x2020_2020_2020_2020) & ~word)
                    | word) & high
            if found != 0 { return at &+ found.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < count {
            let byte = base[at]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { return at }
            at &+= 1
        }
        return at
    }

    private mutating func escape() throws(JSONFault) {
        let start = position
        guard position + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard position + 6 <= bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
            for at in position + 2..<position + 6 where JSONText.hexDigit(bytes[at]) == nil {
                throw JSONFault(.badEscape, at: start)
            }
            position += 6
        default: throw JSONFault(.badEscape, at: start)
        }
    }

    /// Passes over one non-ASCII character, in its only valid form.
    private mutating func multibyte() throws(JSONFault) {
        let lead = bytes[position]
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            lowest = 0xA0
        case 0xED:
            length = 3
            highest = 0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            lowest = 0x90
        case 0xF4:
            length = 4
            highest = 0x8F
        case 0xF1...0xF3: length = 4
        default: throw JSONFault(.badUTF8, at: position)
        }
        guard position + length <= bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        guard bytes[position + 1] >= lowest, bytes[position + 1] <= highest else {
            throw JSONFault(.badUTF8, at: position)
        }
        for offset in 2..<max(2, length) where bytes[position + offset] & 0xC0 != 0x80 {
            throw JSONFault(.badUTF8, at: position)
        }
        position += length
    }
}
