/// Base 64 in its two alphabets: with padding for PEM, and the one of tokens, which has `-` and `_` and none.
package struct Base64: Sendable {
    private let digits: [UInt8]
    /// What each byte stands for; 64 for those of another alphabet.
    private let values: [UInt8]
    private let isPadded: Bool

    /// One of the two alphabets.
    package static let standard = Base64(tail: "+/", isPadded: true)
    /// One of the two alphabets.
    package static let url = Base64(tail: "-_", isPadded: false)

    private init(tail: String, isPadded: Bool) {
        digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(tail)".utf8)
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    /// The text for some bytes.
    package func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var held: UInt32 = 0
        var count = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(held >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(digits[Int(held << UInt32(6 - count) & 63)]) }
        while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil when a character is none of the alphabet, or one is missing.
    ///
    /// In tokens the unused bits of the last character have to be zero: nobody can write one token in two ways.
    package func decode(_ text: some StringProtocol) -> [UInt8]? {
        var rest = Array(text.utf8)[...]
        if isPadded {
            guard rest.count % 4 == 0 else { return nil }
            for _ in 0..<2 where rest.last == UInt8(ascii: "=") { rest.removeLast() }
        }
        guard rest.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var count = 0
        for character in rest {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            held = held << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(count)))
        }
        guard isPadded || held & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}
