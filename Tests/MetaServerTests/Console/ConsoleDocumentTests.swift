import Beehive
import Testing

@testable import MetaManager
@testable import MetaServer

struct ConsoleDocumentTests {
    private static func document(
        cloud: String = "websocket", link: LinkFigures? = nil, change: (inout LoopReport) -> Void = { _ in }
    ) -> JSONValue {
        var report = LoopReport()
        change(&report)
        return ConsoleDocument(
            status: ["ready": true], facts: ConsoleFacts(node: "n1", cloud: cloud, version: "9"),
            history: LinkHistory(started: 1000), report: report, link: link, modules: [], requests: 7, watchers: 2,
            recent: [], now: 5000
        ).json
    }

    @Test func `counters come from the link where it counts frames, and from the loop where a folder stands for it`() {
        var figures = LinkFigures()
        (figures.received, figures.sent) = (40, 30)
        let fill: (inout LoopReport) -> Void = { report in
            report.messages = [
                LoopReport.Label(operation: "update", source: "cloud"): 5,
                LoopReport.Label(operation: "query", source: "edged"): 2,
                LoopReport.Label(operation: "query", source: "twin"): 1,
            ]
            (report.commits, report.revision) = (4, 99)
        }
        let linked = Self.document(link: figures, change: fill)["flow"]
        #expect(linked?["received"] == 40 && linked?["sent"] == 30)
        #expect(linked?["from_cloud"] == 5 && linked?["from_modules"] == 3)
        #expect(linked?["commits"] == 4 && linked?["revision"] == 99 && linked?["requests"] == 7)
        let folder = Self.document(cloud: "directory", link: figures, change: fill)["flow"]
        #expect(folder?["received"] == 5)
        #expect(folder?["sent"] == JSONValue.null)
    }

    @Test func `a message tells its route and outcome in bounded lines`() {
        let long = String(repeating: "x", count: 5000) + "\nnext"
        let route = Route(source: "edgecontroller", group: "resource", operation: .update, resource: long)
        let decision = Decision(
            time: 1000, id: "m-1", source: "cloud", route: route, outcome: .refused, reason: long)
        let message = ConsoleDocument.message(decision)
        #expect(message["operation"] == "update" && message["outcome"] == "refused" && message["source"] == "cloud")
        for name in ["resource", "reason"] {
            let text = message[name]?.text ?? ""
            #expect(text.utf8.count < 400 && !text.isEmpty && !text.contains("\n"))
        }
    }

    @Test func `a module that asks the same again and again hides nobody else`() {
        func decision(_ time: Int64, _ source: String, route hasRoute: Bool = true) -> Decision {
            let route = Route(source: "x", group: "resource", operation: .query, resource: "a/pod/b")
            return Decision(
                time: time, id: "", source: source, route: hasRoute ? route : nil, outcome: .answered, reason: "")
        }
        let decisions =
            [decision(1, "twin"), decision(2, "inside", route: false)] + (3..<200).map { decision($0, "edgemesh") }
        #expect(ConsoleDocument.latest(of: decisions).map(\.time) == [1, 199])
        let many = (0..<100).map { decision(Int64($0), "module-\($0)") }
        #expect(ConsoleDocument.latest(of: many).map(\.time) == Array(Int64(100 - ConsoleDocument.messages)..<100))
    }

    @Test func `a kept document is given for a second, and made anew after it`() {
        let cache = ConsoleCache(life: .seconds(1))
        let made = Lock(0)
        func ask(at ticks: UInt64) -> JSONValue {
            cache.document(at: ticks) {
                made.withLock { $0 += 1 }
                return JSONValue(integer: made.withLock { $0 })
            }
        }
        #expect(ask(at: 5_000_000_000) == 1)
        #expect(ask(at: 5_999_999_999) == 1)
        #expect(ask(at: 6_000_000_000) == 2)
        // A clock that seems to go back keeps nothing alive.
        #expect(ask(at: 1) == 3)
    }
}

struct LinkHistoryTests {
    private static func decision(_ source: String, at time: Int64, route: Route? = nil) -> Decision {
        Decision(time: time, id: "", source: source, route: route, outcome: .stored, reason: "")
    }

    @Test func `the link's changes are noted in order, with the cause of each loss`() {
        let recorder = LinkRecorder(started: 5)
        recorder.record([Self.decision("link up", at: 10), Self.decision("inside", at: 11)]) { nil }
        recorder.record([Self.decision("link down", at: 20)]) { "the cloud went away\nfor lunch" }
        let history = recorder.history
        #expect(history.started == 5)
        #expect(history.entries.map(\.isUp) == [true, false])
        #expect(history.entries.map(\.time) == [10, 20])
        #expect(history.entries.last?.cause.hasPrefix("the cloud went away") == true)
        #expect(history.entries.last?.cause.contains("\n") == false)
    }

    @Test func `a module that calls itself as the link does changes nothing`() {
        let recorder = LinkRecorder(started: 0)
        let route = Route(source: "link down", group: "resource", operation: .update, resource: "a/pod/b")
        recorder.record([Self.decision("link down", at: 1, route: route)]) { "never asked" }
        #expect(recorder.history.entries.isEmpty)
    }

    @Test func `the trouble of now explains the last loss alone, and only while that has no cause`() {
        var history = LinkHistory(started: 0)
        history.note(isUp: false, at: 1)
        history.note(isUp: true, at: 2)
        history.note(isUp: false, at: 3)
        #expect(history.json(trouble: "refused").elements.map { $0["cause"]?.text } == ["", "", "refused"])
        history.note(isUp: false, at: 4, cause: "closed")
        #expect(history.json(trouble: "refused").elements.last?["cause"] == "closed")
        history.note(isUp: true, at: 5)
        #expect(history.json(trouble: "refused").elements.last?["cause"] == "")
    }

    @Test func `only the last changes are kept`() {
        var history = LinkHistory(started: 0)
        for time in 0..<1000 { history.note(isUp: time.isMultiple(of: 2), at: Int64(time)) }
        #expect(history.entries.count == LinkHistory.limit)
        #expect(history.entries.last?.time == 999)
        #expect(history.entries.first?.time == Int64(1000 - LinkHistory.limit))
    }
}

struct ConsoleSearchTests {
    @Test(arguments: [
        ("", 3), ("GATE", 2), ("gateway-", 1), ("site/", 2), ("nothing", 0), ("x/y", 0), ("z", 0),
    ])
    func `keys that hold the text are found without regard to case`(text: String, count: Int) {
        var search = ConsoleSearch(text)
        for key in ["site/pod/gateway-1", "site/configmap/Gate", "default/pod/a"] { search.look(at: key) }
        #expect(search.matches == count)
        #expect(search.found.count == count)
    }

    @Test func `of many keys the first by name are shown, and all are counted`() {
        var search = ConsoleSearch("")
        for number in (0..<20_000).reversed() { search.look(at: "a/pod/p\(100_000 + number)") }
        #expect(search.matches == 20_000)
        #expect(search.found.count == ConsoleSearch.shown)
        #expect(search.found.first == "a/pod/p100000")
        #expect(search.found.last == "a/pod/p\(100_000 + ConsoleSearch.shown - 1)")
    }

    @Test func `keys without end are looked at no further than their bound`() {
        var search = ConsoleSearch("end")
        search.look(at: String(repeating: "e", count: 2_000_000) + "end")
        #expect(search.matches == 0)
    }
}
