import Beehive
import TestKit
import Testing

@testable import EdgeHub

@Suite("Identity: renewal plan")
struct IdentityRenewalPlanTests {
    private static let begin: Int64 = 1_800_000_000_000
    private static let life: Int64 = 1_000_000_000
    private static let end = begin + life

    private static func plan(random: Double = 0.5, wall: Int64 = begin) -> RenewalPlan {
        RenewalPlan(notBefore: begin, notAfter: end, random: random, now: Moment(wall: wall, ticks: 0))
    }

    @Test("renewal lies between 70 and 90 % of the life", arguments: [(0.0, 0.7), (0.5, 0.8), (1.0, 0.9), (7, 0.9)])
    func spread(random: Double, share: Double) {
        let at = Self.plan(random: random).renewAt
        #expect(abs(Double(at - Self.begin) - share * Double(Self.life)) < 2)
    }

    @Test(
        "each time of the life has its step",
        arguments: [
            // Before its time, as with a clock that was set back: nothing but looking again.
            (-100_000_000, true, .wait(.seconds(600))), (-4_000_000, true, .wait(.seconds(600))),
            (-1000, true, .wait(.seconds(600))), (0, true, .wait(.seconds(600))),
            (799_400_000, true, .wait(.seconds(600))), (799_990_000, true, .wait(.seconds(10))),
            (800_000_001, true, .renew), (1_000_000_000, false, .renew),
            (1_000_000_001, false, .renew), (1_000_000_001, true, .join), (900_000_000_000, true, .join),
        ] as [(Int64, Bool, RenewalPlan.Step)])
    func steps(offset: Int64, canJoin: Bool, step: RenewalPlan.Step) {
        let now = Moment(wall: Self.begin + offset, ticks: 5)
        #expect(Self.plan().next(now: now, canJoin: canJoin) == step)
    }

    @Test("failures are paced: 2 s doubling to 32 s, then that for ever, with 10 % jitter at most")
    func backoff() {
        for random in [0.0, 1.0] {
            var plan = Self.plan()
            var now = Moment(wall: Self.end - 1000, ticks: 0)
            var waits: [Duration] = []
            for _ in 0..<8 {
                #expect(plan.next(now: now, canJoin: false) == .renew)
                plan.failed(at: now, random: random)
                guard case .wait(let wait) = plan.next(now: now, canJoin: false) else { return #expect(Bool(false)) }
                waits.append(wait)
                now = now.advanced(by: wait)
            }
            let factor = 1 + 0.1 * random
            #expect(waits.count == 8)
            for (wait, seconds) in zip(waits, [2.0, 4, 8, 16, 32, 32, 32, 32]) {
                #expect(abs(wait / .seconds(1) - seconds * factor) < 0.001)
            }
        }
    }

    @Test("a clock that jumps about never leads to more tries than the pace allows")
    func jumps() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var plan = Self.plan()
        var now = Moment(wall: Self.begin, ticks: 0)
        var tries: [UInt64] = []
        for _ in 0..<20_000 {
            if Int.random(in: 0..<10, using: &random) == 0 {
                now.wall = Self.begin + Int64.random(in: -Self.life * 3...Self.life * 3, using: &random)
            }
            switch plan.next(now: now, canJoin: Bool.random(using: &random)) {
            case .wait(let wait):
                #expect(wait > .zero && wait <= .seconds(600), "seed \(seed)")
                now = now.advanced(by: wait)
            case .renew, .join:
                tries.append(now.ticks)
                if Bool.random(using: &random) {
                    plan.failed(at: now, random: Double.random(in: 0..<1, using: &random))
                } else {
                    // The same cloud time again: a clock far ahead finds each new certificate due at once.
                    plan = RenewalPlan(
                        notBefore: Self.begin, notAfter: Self.end, random: 0.5, after: plan, now: now)
                }
            }
        }
        #expect(tries.count > 10)
        for (one, next) in zip(tries, tries.dropFirst()) { #expect(next - one >= 2_000_000_000, "seed \(seed)") }
    }

    @Test("absurd dates are waited on like others")
    func absurd() {
        for (begin, end) in [(Int64.max - 5, Int64.max), (Int64.min, Int64.max), (5, -5)] as [(Int64, Int64)] {
            let plan = RenewalPlan(
                notBefore: max(begin, -62_135_596_800_000), notAfter: min(end, 253_402_300_799_000),
                random: 0.3, now: Moment(wall: 0, ticks: 0))
            _ = plan.next(now: Moment(wall: 0, ticks: 0), canJoin: true)
        }
    }
}
