import Beehive
import Testing

@testable import BeehiveSocket

struct ModuleSessionTests {
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
        ("metaManager", SocketRefusal.nameRefused), ("metamanager", .nameRefused), ("websocket", .nameRefused),
        ("edgehub", .nameRefused), ("edgecontroller", .nameRefused), ("devicecontroller", .nameRefused),
        ("dynamiccontroller", .nameRefused), ("policycontroller", .nameRefused), ("synccontroller", .nameRefused),
        ("funcmgr", .nameRefused), ("cloudhub", .nameRefused), ("nodeagent", .nameRefused), ("resync", .nameRefused),
        ("", .nameRefused), ("a b", .nameRefused),
        ("a\\n", .nameRefused), (String(repeating: "n", count: 254), .nameRefused),
    ])
    func `names that nobody may take are refused and stay free to correct`(name: String, reason: SocketRefusal) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .refuse(let refusal) = session.receive(Self.attach(name)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == reason)
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
        (frame(), true, nil), (frame(source: "edged"), true, SocketRefusal.wrongSource),
        (frame(source: ""), true, .wrongSource), (frame(id: ""), true, .noID), (frame(id: ""), false, .noID),
        (frame(), false, .notAttached), (attach(), true, .alreadyAttached), (attach("edged"), true, .wrongSource),
    ])
    func `a frame that may not be is refused with its route`(frame: Bytes, isAttached: Bool, reason: SocketRefusal?) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        if isAttached { _ = session.receive(Self.attach()) }
        switch session.receive(frame) {
        case .refuse(let refusal):
            #expect(refusal.reason == reason)
            #expect(refusal.group == "g")
            #expect(["default/pod/a", "module"].contains(refusal.resource))
            #expect(!refusal.text.contains("\n"))
        case .offer: #expect(reason == nil)
        default: Issue.record("neither refused nor offered")
        }
    }

    @Test(arguments: ["", "{", "[]", "nope", #"{"header":{"msg_id":1}}"#, String(repeating: "[", count: 2000)])
    func `what is no message ends the connection`(body: String) {
        var session = ModuleSession(maximumFrameBytes: 1 << 20)
        guard case .fail(let refusal) = session.receive(Array(body.utf8)[...]) else {
            Issue.record("not failed")
            return
        }
        #expect(refusal.reason == .badMessage)
    }
}
