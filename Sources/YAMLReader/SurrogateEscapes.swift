/// JSON writes characters beyond the first plane as two `\u` escapes; YAML knows only one `\U` escape for them.
enum SurrogateEscapes {
    /// The text with pairs joined and lone halves made U+FFFD, as Go does; untouched unless it starts as JSON.
    static func joined(_ bytes: [UInt8]) -> [UInt8] {
        let first = bytes.first { !" \t\r\n".utf8.contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), bytes.contains(UInt8(ascii: "\\")) else {
            return bytes
        }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "\\") else {
                out.append(bytes[at])
                at += 1
                continue
            }
            guard let unit = unit(bytes, at: at), (0xD800...0xDFFF).contains(unit) else {
                // Two bytes at once: the second may be a backslash that starts nothing.
                out.append(contentsOf: bytes[at..<min(at + 2, bytes.count)])
                at += 2
                continue
            }
            if unit < 0xDC00, let low = self.unit(bytes, at: at + 6), (0xDC00...0xDFFF).contains(low) {
                let scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                let digits = String(scalar, radix: 16, uppercase: true)
                out.append(contentsOf: "\\U".utf8)
                out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 8 - digits.utf8.count))
                out.append(contentsOf: digits.utf8)
                at += 12
            } else {
                out.append(contentsOf: "\\uFFFD".utf8)
                at += 6
            }
        }
        return out
    }

    /// The value of a `\uXXXX` escape that starts here.
    private static func unit(_ bytes: [UInt8], at: Int) -> UInt32? {
        guard at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var value: UInt32 = 0
        for byte in bytes[at + 2..<at + 6] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 87)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 55)
            default: return nil
            }
        }
        return value
    }
}
