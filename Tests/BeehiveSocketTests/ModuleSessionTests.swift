import Beehive
import Testing

@testable import BeehiveSocket

struct ModuleSessionTests {
    /// A text whose description stays short.
    struct Long: Sendable, ExpressibleByStringLiteral, CustomTestStringConvertible {
        let text: String
        let testDescription: String

        init(stringLiteral text: String) { (self.text, testDescription) = (text, "\"\(text)\"") }

        init(_ part: String, _ count: Int) {
            (text, testDescription) = (String(repeating: part, count: count), "\(count) times \(part)")
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let frame: Bytes
        let isAttached: Bool
        let reason: SocketRefusal
        var testDescription: String { "\(reason), \(isAttached ? "" : "not ")attached, \(frame.count) bytes" }

        init(_ frame: Bytes, _ isAttached: Bool, _ reason: SocketRefusal) {
            (self.frame, self.isAttached, self.reason) = (frame, isAttached, reason)
        }
    }

    private static func frame(
        id: String = "m1", source: String = "lamp", operation: String = "update", resource: String = "default/pod/a",
        content: String = "null"
    ) -> Bytes {
        let route = #"{"source":"\#(source)","group":"g","operation":"\#(operation)","resource":"\#(resource)"}"#
        let text = #"{"header":{"msg_id":"\#(id)","timestamp":1},"route":\#(route),"content":\#(content)}"#
        return Array(text.utf8)[...]
    }

    private static func attach(_ source: String = "lamp", content: String = "null") -> Bytes {
        frame(source: source, operation: "add", resource: "module", content: content)
    }

    @Test(arguments: [
        "metaManager", "metamanager", "websocket", "edgehub", "edgecontroller", "devicecontroller",
        "dynamiccontroller", "policycontroller", "synccontroller", "funcmgr", "cloudhub", "nodeagent", "resync", "",
        "a b", "a\\n",
        Long("n", 254),
    ])
    func `names that nobody may take are refused and stay free to correct`(name: Long) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .refuse(let refusal) = session.receive(Self.attach(name.text)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .nameRefused)
        #expect(refusal.parentID == "m1")
        #expect(session.info == nil)
        guard case .attach = session.receive(Self.attach()) else {
            Issue.record("not attached")
            return
        }
    }

    @Test(arguments: [
        ("null", "lamp", ""), ("{}", "lamp", ""), (#"{"group":"twin"}"#, "twin", ""),
        (#"{"group":"","release":"1.2","more":1}"#, "lamp", "1.2"),
    ])
    func `an attach may name group and release`(content: String, group: String, release: String) throws {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .attach(let info, _) = session.receive(Self.attach(content: content)) else {
            Issue.record("not attached")
            return
        }
        #expect(info == ModuleInfo(name: "lamp", group: ModuleGroup(group), release: release))
        #expect(session.serverName == (release == "1.2" ? .metaManagerClassic : .metaManager))
    }

    @Test(arguments: ["1", #""x""#, "[]", #"{"group":1}"#, #"{"release":{}}"#])
    func `an attach with other content is refused`(content: String) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .refuse(let refusal) = session.receive(Self.attach(content: content)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .badMessage)
        #expect(session.info == nil)
    }

    @Test(arguments: [
        Refused(frame(source: "edged"), true, .wrongSource), Refused(frame(source: ""), true, .wrongSource),
        Refused(frame(id: ""), true, .noID), Refused(frame(id: ""), false, .noID),
        Refused(frame(), false, .notAttached), Refused(attach(), true, .alreadyAttached),
        Refused(attach("edged"), true, .wrongSource),
    ])
    func `a frame that may not be is refused with its route`(row: Refused) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        if row.isAttached { _ = session.receive(Self.attach()) }
        switch session.receive(row.frame) {
        case .refuse(let refusal):
            #expect(refusal.reason == row.reason)
            #expect(refusal.group == "g")
            #expect(["default/pod/a", "module"].contains(refusal.resource))
            #expect(!refusal.text.contains("\n"))
        default: Issue.record("not refused")
        }
    }

    @Test func `a frame of the module's own is offered`() {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        _ = session.receive(Self.attach())
        guard case .offer = session.receive(Self.frame()) else {
            Issue.record("not offered")
            return
        }
    }

    @Test(arguments: ["", "{", "[]", "nope", #"{"header":{"msg_id":1}}"#, Long("[", 2000)])
    func `what is no message ends the connection`(body: Long) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .fail(let refusal) = session.receive(Array(body.text.utf8)[...]) else {
            Issue.record("not failed")
            return
        }
        #expect(refusal.reason == .badMessage)
    }
}
