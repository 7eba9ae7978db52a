/// Numbers out of bytes that may hold anything: outside of them is nil, and nothing traps.
struct RawBytes {
    let bytes: [UInt8]

    var count: Int { bytes.count }

    func byte(_ at: Int) -> UInt8? { bytes.indices.contains(at) ? bytes[at] : nil }

    func big16(_ at: Int) -> Int? {
        guard at >= 0, at <= count - 2 else { return nil }
        return Int(bytes[at]) << 8 | Int(bytes[at + 1])
    }

    func big32(_ at: Int) -> UInt32? {
        guard at >= 0, at <= count - 4 else { return nil }
        return bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A number of one to nine bytes.
    func varint(_ at: Int) -> (value: Int64, end: Int)? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard let byte = byte(at &+ index) else { return nil }
            if index == 8 { return (Int64(bitPattern: value << 8 | UInt64(byte)), at + 9) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 { return (Int64(bitPattern: value), at + index + 1) }
        }
        return nil
    }

    /// A part, as far as it is there.
    func part(_ at: Int, _ length: Int) -> ArraySlice<UInt8> {
        guard at >= 0, at < count, length > 0 else { return [] }
        return bytes[at..<(length > count - at ? count : at + length)]
    }
}
