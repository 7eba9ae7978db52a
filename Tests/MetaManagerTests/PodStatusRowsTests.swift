import Beehive
import MetaManager
import TestKit
import Testing

/// Each stored report is one element of what the cloud is sent, or none.
struct PodStatusRowsTests {
    struct Rows: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What is stored for neighbouring pods, as texts.
        let values: [String]
        let sent: [String]
        init(_ name: String, _ values: [String], sent: [String]) {
            (testDescription, self.values, self.sent) = (name, values, sent)
        }
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: #"{"a":"#, count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }

    static let rows = [
        Rows("two in one", [#"{"a":1},{"b":2}"#], sent: []),
        Rows("two halves", [#"{"x":[{}"#, #"{"y":1}]}"#], sent: []),
        Rows("two halves of a text", [#"{"x":"}"#, #"{":1}"#], sent: []),
        Rows("halves around a whole one", [#"{"x":[{}"#, #"{"c":3}"#, #"{"y":1}]}"#], sent: [#"{"c":3}"#]),
        Rows("something behind it", [#"{"a":1} {}"#, "{}"], sent: ["{}"]),
        Rows("blanks", [#"{ "a" : 1 }"#], sent: [#"{ "a" : 1 }"#]),
        Rows("as deep as a frame may be", [nested(510)], sent: [nested(510)]),
        Rows("deeper than an array may hold", [nested(512), "{}"], sent: ["{}"]),
        Rows("no object", ["[{}]", "{", "}", "{]}", ""], sent: []),
    ]

    @Test("a report is sent whole and as one, or it is skipped and counted", arguments: rows)
    func sent(rows: Rows) throws {
        var bench = PlanBench()
        bench.cloud(.insert, "a/pod/p0", Sample.object("p0", version: 1))
        bench.local(.update, "a/podstatus/p0", #"{"first":true}"#)
        var stored = 1
        for (index, value) in rows.values.enumerated() {
            bench.cloud(.insert, "a/pod/p\(index + 1)", Sample.object("p\(index + 1)", version: 1))
            let content = String(decoding: Content(text: value).json, as: UTF8.self)
            bench.local(.update, "a/podstatus/p\(index + 1)", content)
            if bench.store.text("a/podstatus/p\(index + 1)") == value { stored += 1 }
        }
        let frames = PlanBench.frames(bench.connect())
        let all = [#"{"first":true}"#] + rows.sent
        #expect(frames.map(\.json) == ["[\(all.joined(separator: ","))]"])
        #expect(frames.first?.content.kind == .array)
        #expect(
            bench.planner.lastPodStatusSync?.result
                == "\(all.count) sent, 0 removed, \(stored - all.count) skipped")
    }

    @Test("a namespace without one good report is sent nothing")
    func nothing() {
        var bench = PlanBench()
        bench.cloud(.insert, "a/pod/p1", Sample.object("p1", version: 1))
        bench.local(.update, "a/podstatus/p1", #""{\"a\":1},{\"b\":2}""#)
        #expect(bench.connect().cloud.isEmpty)
        #expect(bench.planner.lastPodStatusSync?.result == "0 sent, 0 removed, 1 skipped")
    }
}
