import Beehive
import TestKit
import Testing

@testable import MetaStore

@Suite struct CheckSumTests {
    /// Sums that stand in files: another algorithm would call every row damaged.
    @Test(
        "the sums of known values never change",
        arguments: [
            ("", "", Int64(0), 0, Int64(6_792_145_949_284_064_150)), ("n/pod/a", "7", 1, 3, 973_156_766_580_795_523),
            ("n/pod/a", "7", 1, 8, -1_165_466_225_207_616_544),
            ("n/pod/a", "7", 1, 31, 2_062_489_459_328_973_819), ("n/pod/a", "7", 1, 32, 1_601_199_283_282_100_737),
            ("n/pod/a", "7", 1_700_000_000_000_001, 3000, -3_037_264_402_930_957_554),
        ])
    func reference(_ key: String, _ version: String, _ revision: Int64, _ count: Int, _ sum: Int64) {
        let value = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        #expect(CheckSum.object(key: key, uid: "u", version: version, revision: revision, value: value) == sum)
    }

    @Test func `any change of a bit, of the length, or of the row changes the sum`() {
        var random = SeededRandom(seed: Seeds.next())
        for _ in 0..<200 {
            var value = Bytes((0..<random.below(100)).map { _ in UInt8.random(in: 0...255, using: &random) })
            let sum = CheckSum.object(key: "n/pod/a", uid: "u", version: "1", revision: 9, value: value)
            #expect(sum != 0)
            #expect(sum != CheckSum.object(key: "n/pod/b", uid: "u", version: "1", revision: 9, value: value))
            #expect(sum != CheckSum.object(key: "n/pod/a", uid: "v", version: "1", revision: 9, value: value))
            #expect(sum != CheckSum.object(key: "n/pod/a", uid: "u", version: "2", revision: 9, value: value))
            #expect(sum != CheckSum.object(key: "n/pod/a", uid: "u", version: "1", revision: 8, value: value))
            #expect(sum != CheckSum.object(key: "n/pod/au", uid: "", version: "1", revision: 9, value: value))
            #expect(sum != CheckSum.object(key: "n/pod/a", uid: "u", version: "1", revision: 9, value: value + [0]))
            guard !value.isEmpty else { continue }
            value[random.below(value.count)] ^= 1 << UInt8(random.below(8))
            #expect(sum != CheckSum.object(key: "n/pod/a", uid: "u", version: "1", revision: 9, value: value))
        }
    }

    @Test func `it does not depend on where the bytes lie in memory`() {
        let all = [UInt8](0..<200)
        for start in 0..<9 {
            let value = all[start..<start + 100]
            let frame = CheckSum.frame(place: 1, id: "a", key: "k", frame: value)
            #expect(frame == CheckSum.frame(place: 1, id: "a", key: "k", frame: Bytes(Array(value))))
            #expect(frame != CheckSum.frame(place: 2, id: "a", key: "k", frame: value))
        }
    }
}
