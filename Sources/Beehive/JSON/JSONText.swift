/// Strings in their JSON form: escaping and unescaping.
public enum JSONText {
    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    package static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - 48)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - 87)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - 55)
        default: nil
        }
    }

    /// Undoes the escapes of a string that was validated.
    ///
    /// - Parameter escaped: the bytes between the quotes.
    /// - Returns: the text as UTF-8; a lone surrogate becomes U+FFFD, as in Go.
    public static func unescape(_ escaped: Bytes) -> [UInt8] {
        guard escaped.contains(UInt8(ascii: "\\")) else { return Array(escaped) }
        var out: [UInt8] = []
        out.reserveCapacity(escaped.count)
        var at = escaped.startIndex
        let end = escaped.endIndex
        while at < end {
            let byte = escaped[at]
            guard byte == UInt8(ascii: "\\"), at + 1 < end else {
                out.append(byte)
                at += 1
                continue
            }
            at += 2
            switch escaped[at - 1] {
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, next) = unicodeEscape(escaped, at: at)
                out.append(contentsOf: String(scalar).utf8)
                at = next
            case let plain: out.append(plain)
            }
        }
        return out
    }

    /// Reads the digits behind `\u`, joining a pair of surrogates.
    private static func unicodeEscape(_ escaped: Bytes, at start: Int) -> (scalar: Unicode.Scalar, next: Int) {
        func unit(_ at: Int) -> UInt16? {
            guard at + 4 <= escaped.endIndex else { return nil }
            var value: UInt16 = 0
            for index in at..<at + 4 {
                guard let digit = hexDigit(escaped[index]) else { return nil }
                value = value << 4 | digit
            }
            return value
        }
        guard let first = unit(start) else { return ("\u{FFFD}", escaped.endIndex) }
        if let scalar = Unicode.Scalar(first) { return (scalar, start + 4) }
        let second = start + 4
        if first < 0xDC00, second + 6 <= escaped.endIndex, escaped[second] == UInt8(ascii: "\\"),
            escaped[second + 1] == UInt8(ascii: "u"), let low = unit(second + 2), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(low) - 0xDC00)
        {
            return (scalar, second + 6)
        }
        return ("\u{FFFD}", second)
    }

    /// Appends text as a JSON string with its quotes, escaped as Go's encoder does.
    ///
    /// So `<`, `>`, `&`, U+2028 and U+2029 are escaped, and a frame that this program encodes has the bytes that the
    /// cloud's own encoder would have made.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - out: where it is appended.
    public static func appendString(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &out)
        out.append(UInt8(ascii: "\""))
    }

    /// Appends text escaped, without quotes.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - out: where it is appended.
    public static func appendEscaped(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
        let done: Void? = text.withContiguousStorageIfAvailable { appendEscaped(buffer: $0, to: &out) }
        if done == nil { Array(text).withUnsafeBufferPointer { appendEscaped(buffer: $0, to: &out) } }
    }

    private static func appendEscaped(buffer: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        var start = 0
        var at = 0
        let count = buffer.count
        while at < count {
            let byte = buffer[at]
            let escape = escapes[Int(byte)]
            if escape == 0 {
                at += 1
                continue
            }
            var width = 1
            if byte == 0xE2 {
                // Only U+2028 and U+2029 (E2 80 A8, E2 80 A9) are escaped among these.
                guard at + 2 < count, buffer[at + 1] == 0x80, buffer[at + 2] & 0xFE == 0xA8 else {
                    at += 1
                    continue
                }
                width = 3
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start..<at]))
            out.append(UInt8(ascii: "\\"))
            if width == 3 {
                out.append(contentsOf: buffer[at + 2] == 0xA8 ? Array("u2028".utf8) : Array("u2029".utf8))
            } else if escape == UInt8(ascii: "u") {
                out.append(contentsOf: [
                    UInt8(ascii: "u"), 48, 48, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)],
                ])
            } else {
                out.append(escape)
            }
            at += width
            start = at
        }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start..<count]))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// For each byte: 0 for plain, `u` for a `\u00XX` form, else the letter behind the backslash.
    private static let escapes: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 256)
        for control in 0..<0x20 { table[control] = UInt8(ascii: "u") }
        for character in "<>&".utf8 { table[Int(character)] = UInt8(ascii: "u") }
        table[0x08] = UInt8(ascii: "b")
        table[0x0C] = UInt8(ascii: "f")
        table[0x0A] = UInt8(ascii: "n")
        table[0x0D] = UInt8(ascii: "r")
        table[0x09] = UInt8(ascii: "t")
        table[Int(UInt8(ascii: "\""))] = UInt8(ascii: "\"")
        table[Int(UInt8(ascii: "\\"))] = UInt8(ascii: "\\")
        table[0xE2] = UInt8(ascii: "u")
        return table
    }()
}
