import Beehive
import MetaManager
import MetaStore
import TestKit
import Testing

/// Bounds of the outbox that change while the program runs.
@Suite("Live bounds of the outbox")
struct LiveBoundsTests {
    @Test("a lowered number of facts holds for those that wait, the oldest go first, however many they are")
    func facts() {
        var bench = PlanBench()
        for _ in 0..<700 { bench.local(.insert, "demo/event/e", "{}") }
        var settings = PlanningSettings()
        settings.maximumFacts = 3
        bench.feed(.settings(settings))
        var dropped: [String] = []
        for _ in 0..<5 { dropped += bench.wait(.milliseconds(1)).outboxDropped.map(\.reason) }
        #expect(dropped == [String](repeating: "full", count: 697))
        #expect(bench.store.entries.map(\.id) == ["m698", "m699", "m700"])
    }

    @Test("a lowered age holds at once, not with the next housekeeping")
    func age() {
        var bench = PlanBench()
        bench.local(.insert, "demo/event/e", "{}")
        bench.wait(.seconds(50))
        bench.local(.insert, "demo/event/f", "{}")
        var settings = PlanningSettings()
        settings.maximumAge = .seconds(30)
        bench.feed(.settings(settings))
        #expect(bench.wait(.milliseconds(1)).outboxDropped.map(\.reason) == ["age"])
        #expect(bench.store.entries.map(\.id) == ["m2"])
    }

    @Test("wider bounds drop nothing")
    func wider() {
        var settings = PlanningSettings()
        settings.maximumFacts = 2
        var bench = PlanBench(settings: settings)
        for _ in 0..<2 { bench.local(.insert, "demo/event/e", "{}") }
        settings.maximumFacts = 4
        bench.feed(.settings(settings))
        #expect(bench.wait(.milliseconds(1)).outboxDropped.isEmpty)
        for _ in 0..<2 { #expect(bench.local(.insert, "demo/event/e", "{}").outboxDropped.isEmpty) }
        #expect(bench.store.entries.count == 4)
    }

    @Test("credit that is taken back is gone, and never below zero")
    func credit() {
        var bench = PlanBench()
        bench.connect(credit: 5)
        bench.feed(.credit(connection: 1, entries: -3))
        for _ in 0..<4 { bench.local(.insert, "demo/event/e", "{}") }
        #expect(bench.send().map(\.id) == ["m1", "m2"])
        bench.feed(.credit(connection: 1, entries: -9))
        bench.feed(.credit(connection: 1, entries: 1))
        #expect(bench.send().map(\.id) == ["m3"])
    }
}
