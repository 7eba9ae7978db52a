package import Beehive

/// Base 64 with `+`, `/` and padding, as Go writes byte slices into JSON; linear, since lists of megabytes pass here.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let none: UInt8 = 255
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: none, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
    private static let pad = UInt8(ascii: "=")

    /// The text of some bytes.
    package static func encode(_ bytes: Bytes) -> Bytes {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let left = bytes.endIndex - at
            let group =
                UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            out.append(digits[Int(group >> 18 & 63)])
            out.append(digits[Int(group >> 12 & 63)])
            out.append(left > 1 ? digits[Int(group >> 6 & 63)] : pad)
            out.append(left > 2 ? digits[Int(group & 63)] : pad)
            at += 3
        }
        return out[...]
    }

    /// The bytes of a text; nil when a character is none of the alphabet, or one is missing.
    package static func decode(_ text: Bytes) -> Bytes? {
        guard text.count % 4 == 0 else { return nil }
        var text = text
        for _ in 0..<2 where text.last == pad { text.removeLast() }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3 + 2)
        var held: UInt32 = 0
        var count = 0
        for character in text {
            let value = values[Int(character)]
            guard value != none else { return nil }
            held = held << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            out.append(UInt8(truncatingIfNeeded: held >> UInt32(count)))
        }
        return out[...]
    }
}
