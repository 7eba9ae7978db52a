import Testing

@testable import MetaManagerApp

/// When code that nobody runs is given back, and that what runs goes on.
@Suite struct CodePagesTests {
    private let second: UInt64 = 1_000_000_000

    @Test func `the first look gives back, whatever the process does`() {
        var plan = CodePagesPlan()
        let isDue = plan.isDue(ProcessUsage(processor: 2 * second, mapped: 1), after: 2 * second)
        #expect(isDue)
    }

    @Test(arguments: [
        (looks: 7, used: 0, grown: (8 << 20) + 1, isDue: true), (looks: 6, used: 0, grown: (8 << 20) + 1, isDue: false),
        (looks: 7, used: 1, grown: (8 << 20) + 1, isDue: false), (looks: 7, used: 0, grown: 8 << 20, isDue: false),
    ])
    func `it is done again after a rest, by a quiet process that has touched much`(
        _ sample: (looks: Int, used: UInt64, grown: Int, isDue: Bool)
    ) {
        var plan = CodePagesPlan()
        _ = plan.isDue(ProcessUsage(processor: second, mapped: 30 << 20), after: 2 * second)
        plan.done(ProcessUsage(processor: second, mapped: 5 << 20))
        var results: [Bool] = []
        for look in 1...sample.looks {
            let usage = ProcessUsage(
                processor: second + UInt64(look) * sample.used * second, mapped: (5 << 20) + sample.grown)
            results.append(plan.isDue(usage, after: 10 * second))
        }
        #expect(results.last == sample.isDue)
        #expect(!results.dropLast().contains(true))
    }

    @Test func `the program runs on without its code in memory`() throws {
        let before = try #require(ProcessUsage.now())
        CodePages.release()
        #expect(try #require(ProcessUsage.now()).processor >= before.processor)
        #expect([3, 1, 2].sorted().map(String.init).joined(separator: ",") == "1,2,3")
    }

    @Test func `the third number counts pages of files`() {
        #expect(ProcessUsage.shared(ArraySlice("9241 7321 6120 11 0 1 0\n".utf8)) == 6120)
        #expect(ProcessUsage.shared(ArraySlice("9241 7321".utf8)) == nil)
        #expect(ProcessUsage.shared([]) == nil)
    }
}
