import MetaManagerApp
import TestKit
import Testing

@Suite("a configuration of which much is wrong", .timeLimit(.minutes(5)))
struct ManyProblemsTests {
    @Test("of very many unknown keys the first are told, with what may be meant")
    func keys() {
        let file = (0..<40_000).map { "metas\($0): 1\n" }.joined()
        let told = problems("log:\n  levle: info\n" + file)
        #expect(told.count == 101)
        #expect(told.first == "line 2: log.levle: no such key; did you mean log.level?")
        #expect(told.filter { $0.contains("did you mean") }.count <= 10)
        #expect(told.last == "39901 more are wrong")
    }

    @Test("of very many words that are no kinds, too")
    func words() {
        let list = (0..<20_000).map { "configmap\($0)" }.joined(separator: ",")
        let told = problems("metaserver.offline.kinds: [\(list)]\n")
        #expect(told.count == 101)
        #expect(told.filter { $0.contains("did you mean") }.count == 10)
    }

    @Test("of very many variables, too")
    func variables() throws {
        let names = (0..<20_000).map { ("METAMANAGER_LOG_LEVEL\($0)", "info") }
        let notices = try configuration(environment: Dictionary(uniqueKeysWithValues: names)).notices
        #expect(notices.filter { $0.contains("did you mean") }.count == 10)
        #expect(notices.count < 200)
    }

    @Test("a record too small to hold anything is refused", arguments: ["1", "4KiB", "65535"])
    func trace(bytes: String) {
        let told = problems("trace.bytes: \(bytes)\n")
        #expect(told.count == 1 && told.first?.contains("line 1: trace.bytes: wants 64KiB or more") == true)
        #expect(problems("trace.bytes: 64KiB\n").isEmpty && problems("trace.bytes: 0\n").isEmpty)
    }

    @Test("what is read while the daemon ends is not applied, and nothing is told of it")
    func stopping() throws {
        let fixture = try ReloadFixture("log.level: info\n")
        var reloader = fixture.reloader()
        let before = fixture.report
        for file in ["log.level: debug\n", "log.level: nonsense\n"] {
            fixture.write(file)
            reloader.reload(unless: { true })
            #expect(fixture.settings.log.level == "info" && fixture.taken == 0 && reloader.trial == nil)
            #expect(fixture.report == before)
        }
        fixture.write("log.level: debug\n")
        reloader.reload(unless: { false })
        #expect(fixture.settings.log.level == "debug")
    }
}
