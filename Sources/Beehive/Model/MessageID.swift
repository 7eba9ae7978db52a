/// Makes message ids: UUIDs of version 4 in lower case.
///
/// A value with its own generator, so that a test that seeds it sees the same ids again. Not for secrets.
public struct MessageIDSource: Sendable {
    private var state: (UInt64, UInt64)

    /// A source seeded by the system.
    public init() {
        var generator = SystemRandomNumberGenerator()
        state = (generator.next() | 1, generator.next())
    }

    /// A source that gives the same ids for the same seed.
    ///
    /// - Parameter seed: any number.
    public init(seed: UInt64) {
        state = (seed &* 2 | 1, seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// The next id.
    public mutating func next() -> String {
        let high = (random() & ~0xF000) | 0x4000
        let low = (random() & ~(0xC000_0000_0000_0000)) | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var at = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[at] = UInt8(ascii: "-")
                    at += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (nibble & 15))) & 15
                buffer[at] = digit < 10 ? 48 + digit : 87 + digit
                at += 1
            }
            return 36
        }
    }

    /// xorshift128+: quick, and wide enough that two nodes never meet.
    private mutating func random() -> UInt64 {
        var x = state.0
        let y = state.1
        state.0 = y
        x ^= x << 23
        state.1 = x ^ y ^ (x >> 17) ^ (y >> 26)
        return state.1 &+ y
    }
}
