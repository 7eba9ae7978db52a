/// Text in base64, as `!!binary` has it.
enum Base64Text {
    /// The text; nil when it is no base64 or no UTF-8.
    static func decode(_ text: String) -> String? {
        var bits: UInt32 = 0
        var count = 0
        var out: [UInt8] = []
        var padding = 0
        for byte in text.utf8 where !" \t\r\n".utf8.contains(byte) {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(byte) else { return nil }
            bits = bits << 6 | value
            count += 1
            if count % 4 == 0 {
                out.append(contentsOf: [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)])
            }
        }
        guard (count + padding) % 4 == 0, padding < 3 else { return nil }
        if padding == 1 { out.append(contentsOf: [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)]) }
        if padding == 2 { out.append(UInt8(bits >> 4 & 255)) }
        return String(validating: out, as: UTF8.self)
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
