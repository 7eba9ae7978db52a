import Beehive
import Testing

@testable import BeehiveSocket

/// Threads for long frames: as many as there is work for, up to a bound.
@Suite(.timeLimit(.minutes(5)))
struct LongFrameThreadsTests {
    private struct Tally {
        var now = 0
        var most = 0
        var done = 0
        var refused = 0
        var isOpen = false
    }

    /// Work that waits for a gate.
    private static func work(_ tally: Lock<Tally>) -> LongFrameThreads.Work {
        { isActive in
            guard isActive else { return tally.withLock { $0.refused += 1 } }
            tally.withLock { tally in
                tally.now += 1
                tally.most = max(tally.most, tally.now)
            }
            tally.broadcast()
            _ = tally.wait(deadline: nil) { $0.isOpen ? true : nil }
            tally.withLock { tally in
                tally.now -= 1
                tally.done += 1
            }
            tally.broadcast()
        }
    }

    private static func open(_ tally: Lock<Tally>) {
        tally.withLock { $0.isOpen = true }
        tally.broadcast()
    }

    @Test func `there are never more than the bound, all work is done, and no thread stays`() async throws {
        let threads = LongFrameThreads(maximum: 4)
        let tally = Lock(Tally())
        #expect(threads.running == 0)
        for _ in 0..<50 { threads.submit(Self.work(tally)) }
        try await until { tally.withLock { $0.now } == 4 }
        #expect(threads.running == 4)
        Self.open(tally)
        try await until { tally.withLock { $0.done } == 50 && threads.running == 0 }
        #expect(tally.withLock { $0.most } == 4)
        await threads.stop()
    }

    @Test func `each has a thread while the bound is not reached`() async throws {
        let threads = LongFrameThreads(maximum: 16)
        let tally = Lock(Tally())
        for count in 1...10 {
            threads.submit(Self.work(tally))
            try await until { tally.withLock { $0.now } == count }
        }
        Self.open(tally)
        await threads.stop()
        #expect(tally.withLock { $0.done } == 10)
    }

    @Test func `the end refuses what waits and what comes, and waits for what is under way`() async throws {
        let threads = LongFrameThreads(maximum: 2)
        let tally = Lock(Tally())
        for _ in 0..<5 { threads.submit(Self.work(tally)) }
        try await until { tally.withLock { $0.now } == 2 }
        async let stopped: Void = threads.stop()
        try await until { tally.withLock { $0.refused } == 3 }
        threads.submit(Self.work(tally))
        #expect(tally.withLock { $0.refused } == 4 && threads.running == 2)
        Self.open(tally)
        await stopped
        #expect(tally.withLock { $0.done } == 2 && threads.running == 0)
    }

    @Test func `work that is given from many sides is done once each`() async throws {
        let threads = LongFrameThreads(maximum: 3)
        let done = Lock([Int](repeating: 0, count: 400))
        await withTaskGroup(of: Void.self) { group in
            for side in 0..<4 {
                group.addTask {
                    for number in 0..<100 {
                        threads.submit { _ in done.withLock { $0[side * 100 + number] += 1 } }
                    }
                }
            }
        }
        try await until { done.withLock { $0.allSatisfy { $0 == 1 } } && threads.running == 0 }
        await threads.stop()
    }
}
