import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Flight records that no recorder wrote: refused with the line, or replayed in bounded time and memory.
@Suite(.timeLimit(.minutes(10)))
struct HostileRecordTests {
    private static let header = #"{"record":{"format":1,"build":"x"}}"#

    private static func checkpoint(_ planner: String = "{}", at: String = "[1,2,3]") -> String {
        #"{"dir":"event","event":{"what":"checkpoint"},"at":\#(at),"planner":\#(planner)}"#
    }

    private static func event(_ event: String, rows: String = "[]", at: String? = nil) -> String {
        let place = at.map { #""at":\#($0),"# } ?? ""
        return #"{"dir":"event","event":\#(event),\#(place)"rows":\#(rows),"did":{"o":"?"}}"#
    }

    private static func message(_ id: String, rows: String = "[]") -> String {
        #"{"dir":"cloud->edge","frame":{"header":{"msg_id":\#(id)},"route":{"source":"edgecontroller","group":"resource","operation":"delete","resource":"demo/pod/a"}},"rows":\#(rows),"did":{"o":"?"}}"#
    }

    /// Replays lines, whatever their decisions are.
    private static func replay(_ lines: [String]) throws(RecordFault) {
        var replay = FlightReplay()
        for line in lines { _ = try replay.take(Bytes(line.utf8)) }
    }

    private static let most = "9223372036854775807"
    private static let least = "-9223372036854775808"
    private static let tick = event(#"{"what":"tick"}"#, at: "[1,9000000000000000000,3]")
    private static let up = event(#"{"what":"link up","connection":1}"#)

    static let overflows: [[String]] = [
        [checkpoint(at: "[\(most),2,3]")], [checkpoint(at: "[\(least),2,3]"), tick], [checkpoint(at: "[1,2,\(most)]")],
        [checkpoint(#"{"settings":{"age":-1}}"#)], [checkpoint(#"{"settings":{"tombstone":\#(least)}}"#)],
        [checkpoint(#"{"settings":{"facts":\#(least)},"depth":[1,\#(most)],"deadlines":[[1,"bounds"]]}"#), tick],
        [checkpoint(#"{"settings":{"window":\#(most)},"outbox":{"credit":\#(most)}}"#), up],
        [checkpoint(#"{"outbox":{"credit":\#(most)}}"#), up],
        [checkpoint(#"{"outbox":{"credit":\#(least)}}"#), up],
        [checkpoint(#"{"connection":1}"#), event(#"{"what":"credit","connection":1,"entries":\#(most)}"#)],
        [checkpoint(#"{"sizes":["a",\#(most),"b",\#(most)]}"#)], [checkpoint(#"{"generation":\#(most)}"#)],
        [checkpoint(#"{"depth":[\#(most),\#(most)]}"#)],
        [checkpoint(), message(#""m""#, rows: #"[["t","demo/pod/a","u","1",\#(least)]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["h","demo/pod/a","u","1",1,\#(most),1,1,1]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["h","demo/pod/a","u","1",1,1,1,\#(least),1]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["h","demo/pod/a","u","1",1,1,1,1,\#(least)]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["e","demo/pod/a",1,"i",1,1,\#(least)]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["e","demo/pod/a",\#(most),"i",1,1,1]]"#)],
        [checkpoint(), message(#""m""#, rows: #"[["e","demo/pod/a",\#(least),"i",1,1,1]]"#)],
    ]

    @Test(arguments: overflows)
    func `numbers with which nothing can be reckoned are refused with their line`(lines: [String]) {
        let fault = #expect(throws: RecordFault.self) { try Self.replay([Self.header] + lines) }
        #expect(fault?.description.hasPrefix("line ") == true)
    }

    @Test func `a time-out without end is none of these`() throws {
        try Self.replay([
            Self.header,
            Self.checkpoint(
                #"{"settings":{"age":\#(Self.most),"remote":\#(Self.most),"facts":\#(Self.most)},"deadlines":[[18446744073709551615,"housekeeping"]]}"#
            ), Self.tick,
        ])
    }

    @Test func `tries of a waiting write that nobody made are cut to a number that can be counted on`() {
        let row =
            #"{"resource":{"group":"","version":"v1","plural":"p"},"name":"n","object":null,"tries":\#(Self.most)}"#
        #expect(PendingWrite(Bytes(row.utf8))?.tries == 1 << 20)
    }

    static let floods: [[String]] = [
        // Twenty bytes that stand for 200,000 rows, over and over.
        [checkpoint(), message(#""m""#, rows: "[" + [#"["p","",["a",100000,100000]]"#].joined() + "]")],
        [
            checkpoint(),
            message(#""m""#, rows: #"[["p","",\#((0..<200).map { #"["n\#($0)",9000,0]"# }.joined(separator: ","))]]"#),
        ],
        [checkpoint()] + (0..<20).map { message(#""m\#($0)""#, rows: #"[["p","",["a",9000,9000]]]"#) },
        [checkpoint(#"{"deadlines":[[1,"housekeeping"],[1,"housekeeping"]]}"#)],
        [checkpoint(#"{"outbox":{"ready":[\#((0..<5000).map { "\"\($0)\"" }.joined(separator: ","))]}}"#)],
        [checkpoint(), message("\"" + String(repeating: "x", count: FlightReplay.lineLimit) + "\"")],
    ]

    @Test(arguments: floods.indices)
    func `more than a record of a node has is refused`(index: Int) {
        #expect(throws: RecordFault.self) { try Self.replay([Self.header] + Self.floods[index]) }
    }

    @Test func `a record with as much as there may be is replayed without a walk over all for each line`() throws {
        var replay = FlightReplay()
        _ = try replay.take(Bytes(Self.header.utf8))
        _ = try replay.take(Bytes(Self.checkpoint(#"{"connection":1}"#).utf8))
        for line in 0..<300 {
            // Backwards, as an index that is sorted anew each time likes it least.
            let rows = (0..<100).flatMap { number -> [String] in
                let place = 100_000 - line * 100 - number
                return [
                    #"["e","demo/pod/\#(place)",\#(place),"i\#(place)",1,1,1]"#,
                    #"["h","demo/pod/\#(place)","u","1",1,1,1,1,1]"#, #"["t","demo/pod/\#(place)","u","1",\#(place)]"#,
                    #"["k","","k\#(place)"]"#,
                ]
            }
            _ = try replay.take(
                Bytes(Self.message("\"m\(line)\"", rows: "[\(rows.joined(separator: ","))]").utf8))
        }
        #expect(replay.report.decisions == 300)
    }
}
