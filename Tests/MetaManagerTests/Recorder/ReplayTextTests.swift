import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// What replays print of a record is text, whatever the record says.
struct ReplayTextTests {
    /// Colour, a window's title, C1's own escape, and text turned around.
    private static let escapes = "\\u001b[31m\\u001b]0;x\\u0007\u{9B}31m\u{202E}"

    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0.value != 0x202E }
    }

    private static let frame =
        #"{"header":{"msg_id":"m\#(escapes)"},"route":{"source":"edged\#(escapes)","group":"resource","operation":"x\#(escapes)","resource":"demo/pod/a\#(escapes)"},"content":null}"#

    static let lines = [
        #"{"dir":"cloud->edge","frame":\#(frame),"did":{"o":"x\#(escapes)"}}"#,
        #"{"dir":"edge->cloud","frame":\#(frame),"from":["edged\#(escapes)","group","1"],"did":{"o":"x\#(escapes)"}}"#,
        #"{"dir":"event","event":{"what":"attached","module":["edged\#(escapes)","g","1"]},"did":{"o":"x\#(escapes)"}}"#,
    ]

    @Test(arguments: lines)
    func `a divergence is shown in plain lines`(line: String) throws {
        var replay = FlightReplay()
        _ = try replay.take(
            Bytes(#"{"dir":"event","event":{"what":"checkpoint"},"at":[1,2,3],"planner":{}}"#.utf8))
        #expect(try !replay.take(Bytes(line.utf8)))
        let shown = try #require(replay.report.divergence).lines
        #expect(shown.count == 3 && shown[0].hasPrefix("DIVERGENCE line 2, "))
        for text in shown + [replay.lastDecision] { #expect(Self.isPlain(text), "\(text.debugDescription)") }
    }

    @Test(arguments: [
        #"{"dir":"event","event":{"what":"dance\#(escapes)"},"did":{}}"#,
        #"{"dir":"event","event":{"what":"tick"},"rows":[["x\#(escapes)","k"]],"did":{}}"#,
        #"{"dir":"event","event":{"what":"write","matter":"forgotten","path":"x\#(escapes)"},"did":{}}"#,
    ])
    func `a fault is told in a plain line`(line: String) throws {
        var replay = FlightReplay()
        _ = try replay.take(
            Bytes(#"{"dir":"event","event":{"what":"checkpoint"},"at":[1,2,3],"planner":{}}"#.utf8))
        let fault = #expect(throws: RecordFault.self) { try replay.take(Bytes(line.utf8)) }
        #expect(fault.map { Self.isPlain($0.description) } == true)
    }

    @Test func `so are decisions and divergences of recorded traffic`() throws {
        let frame =
            #"{"header":{"msg_id":"m\#(Self.escapes)","resourceversion":"1"},"route":{"source":"edgecontroller","group":"resource","operation":"x\#(Self.escapes)","resource":"demo/pod/a\#(Self.escapes)"},"content":{}}"#
        let answer =
            #"{"header":{"msg_id":"a","parent_msg_id":"m\#(Self.escapes)"},"route":{"source":"metamanager","group":"resource","operation":"response","resource":"demo/pod/a"},"content":"other"}"#
        let text =
            #"{"expect":"file"}"# + "\n" + #"{"t_ms":1,"dir":"cloud->edge","frame":\#(frame)}"# + "\n"
            + #"{"t_ms":2,"dir":"edge->cloud","frame":\#(answer)}"#
        var replay = WireReplay(store: MemoryStore(), start: Moment(wall: 1, ticks: 1))
        let report = try replay.run(try RecordedTraffic(parsing: Bytes(text.utf8)))
        #expect(!report.decisionLines.isEmpty && !report.divergences.isEmpty)
        for line in report.decisionLines + report.divergences { #expect(Self.isPlain(line), "\(line)") }
        let fault = #expect(throws: RecordedTraffic.Fault.self) {
            try RecordedTraffic(parsing: Bytes(#"{"t_ms":1,"dir":"\#(Self.escapes)"}"#.utf8))
        }
        #expect(fault.map { Self.isPlain($0.description) } == true)
    }
}
