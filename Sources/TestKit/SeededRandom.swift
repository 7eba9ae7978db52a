#if canImport(Glibc)
    import Glibc
#endif

/// Random numbers that come again for the same seed.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator.
    ///
    /// - Parameter seed: any number.
    public init(seed: UInt64) { state = seed }

    /// The next number (splitmix64).
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number from 0 up to, but not including, a bound.
    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// True once in so many times.
    public mutating func one(in times: Int) -> Bool { below(times) == 0 }

    /// One of several.
    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

/// Seeds of property tests: a new one each run, printed; `METAMANAGER_SEED` replays one.
public enum Seeds {
    /// The seed for a run.
    public static func next() -> UInt64 {
        let asked = getenv("METAMANAGER_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = asked ?? UInt64.random(in: 0..<1 << 32)
        print("METAMANAGER_SEED=\(seed)")
        return seed
    }
}
