internal import Beehive

/// Digests that are the same in every process; for identity and change, not against an adversary.
enum StableDigest {
    /// Two FNV-1a lanes with different starts, each mixed at the end.
    static func lanes(_ bytes: some Sequence<UInt8>) -> (high: UInt64, low: UInt64) {
        var high: UInt64 = 0xCBF2_9CE4_8422_2325
        var low: UInt64 = 0x8422_2325_CBF2_9CE4
        for byte in bytes {
            high = (high ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            low = (low ^ UInt64(byte) ^ 0xA5) &* 0x0000_0100_0000_01B3
            low ^= low >> 29
        }
        return (mix(high), mix(low ^ high))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A uid in the shape of a UUID (version 8: made by a rule of one's own), the same for the same text.
    static func uid(_ text: String) -> String {
        let lanes = lanes(text.utf8)
        let high = (lanes.high & ~0xF000) | 0x8000
        let low = (lanes.low & ~0xC000_0000_0000_0000) | 0x8000_0000_0000_0000
        let left = hex(high)
        let right = hex(low)
        return
            "\(left.prefix(8))-\(left.dropFirst(8).prefix(4))-\(left.suffix(4))-\(right.prefix(4))-\(right.suffix(12))"
    }

    /// What changes when an object says something else: neither order of members nor white space counts.
    static func text(of value: JSONValue) -> String {
        let lanes = lanes(sorted(value).json)
        return hex(lanes.high) + hex(lanes.low)
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.sorted { $0.key < $1.key }.map { JSONMember($0.key, sorted($0.value)) })
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }
}
