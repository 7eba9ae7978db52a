import EdgeHub
import Testing

@Suite("Outbox pacing: credit")
struct OutboxPacingPacerTests {
    private static let second: UInt64 = 1_000_000_000

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let qps: Int
        let burst: Int
        /// Milliseconds, entries sent just before, credit expected then.
        let steps: [(at: UInt64, sent: Int, granted: Int)]
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "a new bucket grants the burst once", qps: 30, burst: 60, steps: [(0, 0, 60), (0, 0, 0)]),
        Row(
            name: "unspent credit is not granted again", qps: 30, burst: 60,
            steps: [(0, 0, 60), (10_000, 0, 0), (60_000, 0, 0)]),
        Row(
            name: "spent credit comes back at the rate", qps: 10, burst: 5,
            steps: [(0, 0, 5), (0, 5, 0), (100, 0, 1), (150, 0, 0), (200, 0, 1), (10_000, 0, 3)]),
        Row(
            name: "time with the loop's hands full is not saved up", qps: 10, burst: 2,
            steps: [(0, 0, 2), (60_000, 0, 0), (60_000, 2, 0), (60_100, 0, 1)]),
        Row(
            name: "entries sent without credit are paid later", qps: 10, burst: 2,
            steps: [(0, 0, 2), (0, 4, 0), (200, 0, 0), (300, 0, 1)]),
        Row(name: "no limit", qps: 0, burst: 8, steps: [(0, 0, 8), (0, 8, 8), (0, 3, 3)]),
        Row(name: "a burst below one is one", qps: 10, burst: 0, steps: [(0, 0, 1), (0, 1, 0), (100, 0, 1)]),
        Row(name: "a long sleep", qps: 1_000_000, burst: 3, steps: [(0, 0, 3), (0, 3, 0), (1 << 52, 0, 3)]),
        Row(
            name: "a clock that stands or goes back grants nothing", qps: 10, burst: 1,
            steps: [(1000, 0, 1), (1000, 1, 0), (500, 0, 0), (1100, 0, 1)]),
    ]

    @Test("grants", arguments: rows)
    func grants(row: Row) {
        var pacer = OutboxPacer(qps: row.qps, burst: row.burst)
        for step in row.steps {
            let ticks = step.at &* 1_000_000
            pacer.sent(step.sent, at: ticks)
            #expect(pacer.grant(at: ticks) == step.granted, "at \(step.at) ms")
        }
    }

    @Test("a reconnect voids credit without filling the bucket")
    func reconnect() {
        var pacer = OutboxPacer(qps: 10, burst: 10)
        #expect(pacer.grant(at: 0) == 10)
        pacer.sent(7, at: 0)
        pacer.reconnected()
        #expect(pacer.outstanding == 0)
        #expect(pacer.grant(at: 0) == 3)
        pacer.reconnected()
        #expect(pacer.grant(at: 0) == 3)
    }

    @Test("limits change while running")
    func change() {
        var pacer = OutboxPacer(qps: 1, burst: 10)
        #expect(pacer.grant(at: 0) == 10)
        pacer.sent(10, at: 0)
        pacer.change(qps: 100, burst: 2, at: 0)
        #expect(pacer.grant(at: Self.second) == 2)
    }

    @Test("the next grant is told, and comes then and not before")
    func nextGrant() throws {
        var pacer = OutboxPacer(qps: 3, burst: 2)
        #expect(pacer.nextGrant(at: 0) == 0)
        #expect(pacer.grant(at: 0) == 2)
        #expect(pacer.nextGrant(at: 0) == nil)
        pacer.sent(1, at: 0)
        let next = try #require(pacer.nextGrant(at: 0))
        var early = pacer
        #expect(early.grant(at: next - 1) == 0)
        #expect(pacer.grant(at: next) == 1)
    }

    @Test(
        "a lowered burst is taken back once, whatever is spent before the word arrives",
        arguments: [0, 3, 5, 6, 100, 500])
    func takeBack(spentMeanwhile: Int) {
        var pacer = OutboxPacer(qps: 10, burst: 500)
        var credit = pacer.grant(at: 0)
        #expect(credit == 500)
        pacer.change(qps: 10, burst: 5, at: 0)
        let excess = pacer.takeBack()
        #expect(excess == 495 && pacer.takeBack() == 0)
        credit -= spentMeanwhile
        pacer.sent(spentMeanwhile, at: 0)
        credit = max(0, credit - excess)
        #expect(credit == pacer.outstanding)
        // What was spent too much is waited for, and the rate goes on from there.
        let owed = max(0, spentMeanwhile - 5)
        #expect(pacer.grant(at: UInt64(owed) * Self.second / 10) == 0)
        #expect(credit + pacer.grant(at: UInt64(owed + 5) * Self.second / 10) == 5)
    }

    @Test("no stretch of time sees more than burst + qps × time", arguments: 0..<40 as Range<UInt64>)
    func property(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let qps = Int.random(in: 1...200, using: &random)
        let burst = Int.random(in: 1...100, using: &random)
        var pacer = OutboxPacer(qps: qps, burst: burst)
        var credit = 0
        var ticks: UInt64 = 0
        var sendings: [UInt64] = []
        for _ in 0..<400 {
            ticks += UInt64.random(in: 0...50_000_000, using: &random)
            if Int.random(in: 0..<30, using: &random) == 0 {
                pacer.reconnected()
                credit = 0
            }
            credit += pacer.grant(at: ticks)
            let count = Int.random(in: 0...credit, using: &random)
            credit -= count
            pacer.sent(count, at: ticks)
            sendings += Array(repeating: ticks, count: count)
            #expect(credit == pacer.outstanding && credit <= burst, "seed \(seed)")
        }
        for (index, start) in sendings.enumerated() {
            for end in index..<sendings.count {
                let limit = Double(burst) + Double(qps) * Double(sendings[end] - start) / 1e9
                guard Double(end - index + 1) <= limit + 1e-6 else {
                    Issue.record("seed \(seed): \(end - index + 1) entries within \(sendings[end] - start) ns")
                    return
                }
            }
        }
        #expect(!sendings.isEmpty, "seed \(seed)")
    }
}

/// splitmix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
