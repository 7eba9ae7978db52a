import Beehive
import BeehiveSocket
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct SocketServerTests {
    @Test func `an attach is answered with who is there`() async throws {
        try await SocketFixture().serve { fixture in
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp", content: #"{"group":"lights","release":"1.2"}"#)
            let edged = try RawPeer(path: fixture.path)
            let answer = try edged.attach("edged")
            #expect(answer.route.operation == .response)
            #expect(answer.header.parentID == "attach-edged")
            #expect(
                String(decoding: answer.content.json, as: UTF8.self)
                    == #"{"modules":["edged","lamp"],"groups":{"edged":["edged"],"lights":["lamp"]}}"#)
            #expect(
                fixture.intake.attached == [
                    ModuleInfo(name: "lamp", group: "lights", release: "1.2"), ModuleInfo(name: .edged),
                ])
        }
    }

    @Test func `messages reach MetaManager in order, and deliveries the module`() async throws {
        try await SocketFixture().serve { fixture in
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp")
            for number in 0..<200 { lamp.write(text(from: "lamp", id: "m\(number)")) }
            try await until { fixture.intake.count == 200 }
            #expect(fixture.intake.ids == (0..<200).map { "m\($0)" })
            #expect(fixture.intake.taken.allSatisfy { $0.module.name == "lamp" })
            for number in 0..<200 { fixture.deliver(text(from: .metaManager, id: "d\(number)"), to: "lamp") }
            for number in 0..<200 { #expect(try lamp.read()?.id == "d\(number)") }
        }
    }

    @Test func `a refused frame has an answer and no effect`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            peer.write(text(from: "lamp", id: "early"))
            #expect(try peer.read()?.header.parentID == "early")
            #expect(try peer.attach("edgecontroller").route.operation == .error)
            #expect(try peer.attach("lamp", content: #"{"release":"1.2"}"#).route.operation == .response)
            peer.write(text(from: .edged, id: "other"))
            let other = try #require(try peer.read())
            #expect(other.header.parentID == "other")
            #expect(other.route.operation == .error)
            #expect(other.route.source == .metaManagerClassic)
            #expect(other.route.group == .meta)
            #expect(other.route.resource == "default/pod/a")
            #expect(other.content.string?.contains("source 'edged' is not 'lamp'") == true)
            peer.write(json: #"{"header":{"timestamp":1},"route":{"source":"lamp","resource":"a/b"},"content":1}"#)
            let nameless = try #require(try peer.read())
            #expect(nameless.content.string == "frame has no header.msg_id")
            #expect(nameless.route.resource == "a/b")
            peer.write(text(from: "lamp", id: "good"))
            try await until { fixture.intake.count == 1 }
            #expect(fixture.intake.ids == ["good"])
            #expect(
                fixture.server.counters.refused == [.notAttached: 1, .nameRefused: 1, .wrongSource: 1, .noID: 1])
        }
    }

    static let broken: [(bytes: [UInt8], reason: SocketRefusal)] = [
        (SocketFraming.frame(body: Array("{oops".utf8)), .badMessage), (Array("GET / HTTP/1.1\r\n".utf8), .wrongMagic),
        (SocketFraming.magic + [0xFF, 0xFF, 0xFF, 0xFF], .tooLarge),
        (SocketFraming.magic + [0, 0, 4, 1], .tooLarge),
    ]

    @Test(arguments: broken, [true, false])
    func `a broken stream is told why and closed`(stream: (bytes: [UInt8], reason: SocketRefusal), isAttached: Bool)
        async throws
    {
        try await SocketFixture { $0.maximumFrameBytes = 1024 }.serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            if isAttached { try peer.attach("lamp") }
            peer.write(stream.bytes + SocketFraming.frame(body: MessageEncoder.encode(text(from: "lamp", id: "after"))))
            let error = try #require(try peer.read())
            #expect(error.route.operation == .error)
            #expect(error.route.source == .metaManager)
            #expect(error.content.string?.hasPrefix("frame ") == true)
            #expect(try peer.read() == nil)
            try await until { fixture.server.counters.connections == 0 }
            #expect(fixture.server.counters.refused == [stream.reason: 1])
            #expect(fixture.intake.count == 0)
            #expect(fixture.bus.modules.allSatisfy { !$0.isAttached })
        }
    }

    @Test func `a connection that never attaches is closed`() async throws {
        try await SocketFixture { $0.attachTimeout = .milliseconds(20) }.serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            #expect(try peer.read()?.content.string?.hasPrefix("no module attached within") == true)
            #expect(try peer.read() == nil)
            #expect(fixture.server.counters.refused == [.attachTimeout: 1])
        }
    }

    @Test func `connections beyond the limit are told so`() async throws {
        try await SocketFixture { $0.maximumConnections = 1 }.serve { fixture in
            let first = try RawPeer(path: fixture.path)
            try first.attach("lamp")
            let second = try RawPeer(path: fixture.path)
            #expect(try second.read()?.route.operation == .error)
            #expect(try second.read() == nil)
            first.write(text(from: "lamp", id: "m1"))
            try await until { fixture.intake.count == 1 }
        }
    }

    @Test func `names beyond the limit are refused, known ones are not`() async throws {
        try await SocketFixture { $0.maximumModules = 2 }.serve { fixture in
            for name: ModuleName in ["lamp", "fan", "lamp"] {
                let peer = try RawPeer(path: fixture.path)
                try peer.attach(name)
            }
            let third = try RawPeer(path: fixture.path)
            third.write(
                Message(
                    header: Header(id: "a3", timestamp: 1),
                    route: Route(source: "clock", group: .meta, operation: .add, resource: "module"), content: .null))
            let answer = try third.read()
            #expect(answer?.route.operation == .error && answer?.header.parentID == "a3")
            #expect(try third.read() == nil)
            #expect(fixture.bus.modules.map(\.info.name) == ["fan", "lamp"])
        }
    }

    @Test func `a second module of the same name replaces the first`() async throws {
        try await SocketFixture().serve { fixture in
            let first = try RawPeer(path: fixture.path)
            try first.attach("lamp")
            let second = try RawPeer(path: fixture.path)
            try second.attach("lamp")
            #expect(try first.read() == nil)
            try await until { fixture.server.counters.connections == 1 }
            fixture.deliver(text(from: .metaManager, id: "d1"), to: "lamp")
            #expect(try second.read()?.id == "d1")
            #expect(fixture.bus.modules.map(\.isAttached) == [true])
            #expect(fixture.server.counters.replaced == 1)
        }
    }

    @Test func `the mailbox is kept while the module is away`() async throws {
        try await SocketFixture(owed: [.pod]).serve { fixture in
            let first = try RawPeer(path: fixture.path)
            try first.attach("lamp")
            // New to this process: it lists its types before anything else.
            let relist = try #require(try first.read())
            #expect(relist.route.operation == .relist)
            #expect(String(decoding: relist.content.json, as: UTF8.self) == #"["pod"]"#)
            fixture.deliver(text(from: .metaManager, id: "d0"), to: "lamp")
            #expect(try first.read()?.id == "d0")
            first.close()
            try await until { fixture.server.counters.connections == 0 }
            fixture.deliver(text(from: .metaManager, id: "d1"), text(from: .metaManager, id: "d2"), to: "lamp")
            let second = try RawPeer(path: fixture.path)
            try second.attach("lamp")
            #expect(try second.read()?.id == "d1")
            #expect(try second.read()?.id == "d2")
        }
    }

    @Test func `what a module left unread it lists again`() async throws {
        try await SocketFixture().serve { fixture in
            let first = try RawPeer(path: fixture.path)
            try first.attach("lamp")
            fixture.deliver(text(from: .metaManager, id: "d1"), to: "lamp")
            try await until { fixture.server.counters.framesOut == 2 }
            first.close()
            try await until { fixture.server.counters.connections == 0 }
            let second = try RawPeer(path: fixture.path)
            try second.attach("lamp")
            let relist = try #require(try second.read())
            #expect(relist.route.operation == .relist)
            #expect(String(decoding: relist.content.json, as: UTF8.self) == #"["pod"]"#)
        }
    }
}
