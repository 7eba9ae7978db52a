import Beehive
import BeehiveSocket
import Testing

/// A list that is read while it leaves; it remembers how often.
private final class CountedTexts: StoredTexts {
    struct Broken: Error {}

    let values: [Bytes]
    /// Which walk fails half way; nil for none.
    let brokenWalk: Int?
    let walks = Lock(0)

    init(_ values: [Bytes], brokenWalk: Int? = nil) {
        self.values = values
        self.brokenWalk = brokenWalk
    }

    private struct Cursor: TextCursor {
        let texts: CountedTexts

        func walk(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
            let walk = texts.walks.withLock { walks in
                walks += 1
                return walks
            }
            for (index, value) in texts.values.enumerated() {
                if walk == texts.brokenWalk, index * 2 >= texts.values.count { throw Broken() }
                try value.withUnsafeBufferPointer(body)
            }
        }
    }

    func withSnapshot(_ body: (any TextCursor) throws -> Void) throws { try body(Cursor(texts: self)) }
}

@Suite(.timeLimit(.minutes(5)))
struct LongFrameTests {
    private static let values = (0..<2000).map {
        Bytes(#"{"n":\#($0),"x":"\#(String(repeating: "é<", count: 500))"}"#.utf8)
    }

    private static func answer(_ texts: CountedTexts, id: String) -> Message {
        Message(
            header: Header(id: id, parentID: "q", timestamp: 1),
            route: Route(source: .metaManager, group: .meta, operation: .response, resource: "default/pod"),
            content: Content(stored: texts))
    }

    @Test func `a list in the store has the bytes of the list itself`() throws {
        for values in [[], Array(Self.values[..<1]), Self.values] {
            let message = Self.answer(CountedTexts(values), id: "a")
            var plain = message
            plain.content = Content(texts: values)
            var pieces: [[UInt8]] = []
            try MessageEncoder.write(message, inPiecesOf: 4096) { pieces.append($0) }
            #expect(pieces.flatMap { $0 } == MessageEncoder.encode(plain))
            #expect(MessageEncoder.encode(message) == MessageEncoder.encode(plain))
            #expect(values.count < 2 || pieces.count > 100)
        }
    }

    @Test func `a long frame and what comes behind it arrive whole and in order`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            let texts = CountedTexts(Self.values)
            var behind = Self.answer(texts, id: "z")
            behind.content = .ok
            fixture.bus.deliver([
                (.module("lamp"), behind), (.module("lamp"), Self.answer(texts, id: "list")), (.module("lamp"), behind),
                (.module("lamp"), Self.answer(texts, id: "again")), (.module("lamp"), behind),
            ])
            var seen: [String] = []
            while seen.count < 5 {
                let message = try #require(try peer.read())
                seen.append(message.id)
                guard message.content.kind == .array else { continue }
                #expect(message.content == Content(texts: Self.values))
            }
            #expect(seen == ["z", "list", "z", "again", "z"])
            // Once for the length and once for the bytes, and nothing was kept.
            #expect(texts.walks.withLock { $0 } == 4)
        }
    }

    @Test func `a list that cannot be read is answered with an error`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            fixture.bus.deliver([
                (.module("lamp"), Self.answer(CountedTexts(Self.values, brokenWalk: 1), id: "list"))
            ])
            let message = try #require(try peer.read())
            #expect(message.route.operation == .error && message.header.parentID == "q")
            #expect(message.content.string?.hasPrefix("the list cannot be read") == true)
        }
    }

    @Test func `a frame that breaks off ends the connection`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            fixture.bus.deliver([
                (.module("lamp"), Self.answer(CountedTexts(Self.values, brokenWalk: 2), id: "list"))
            ])
            #expect(try peer.read() == nil)
            try await until { fixture.server.counters.connections == 0 }
        }
    }

    @Test func `a module that does not read holds up nobody, and is cut off`() async throws {
        let fixture = try SocketFixture { $0.longFrameLimit = .milliseconds(300) }
        try await fixture.serve { fixture in
            let deaf = try RawPeer(path: fixture.path)
            try deaf.attach("deaf")
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp")
            fixture.bus.deliver([
                (.module("deaf"), Self.answer(CountedTexts(Self.values), id: "list")),
                (.module("lamp"), Self.answer(CountedTexts([]), id: "list")),
            ])
            #expect(try lamp.read()?.content == Content(texts: []))
            try await until { fixture.server.counters.connections == 1 }
        }
    }

    /// Modules that attach, are sent a list, and read nothing of it.
    private static func deaf(_ count: Int, of fixture: SocketFixture, behind first: [Message] = []) throws -> [RawPeer]
    {
        try (0..<count).map { number in
            let peer = try RawPeer(path: fixture.path)
            let name = ModuleName("deaf\(number)")
            try peer.attach(name)
            fixture.bus.deliver((first + [answer(CountedTexts(values), id: "list")]).map { (.module(name), $0) })
            return peer
        }
    }

    /// A module that reads gets its list; one that was kept from reading for too long comes back and asks again.
    private static func expectList(by fixture: SocketFixture) throws {
        for _ in 0..<100 {
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp")
            fixture.bus.deliver([(.module("lamp"), answer(CountedTexts(values), id: "list"))])
            while let message = try lamp.read() {
                if message.id == "list" { return #expect(message.content == Content(texts: values)) }
            }
        }
        Issue.record("the list never came")
    }

    @Test func `modules that read nothing have threads of their own`() async throws {
        let fixture = try SocketFixture { $0.longFrameStall = .seconds(3600) }
        try await fixture.serve { fixture in
            let deaf = try Self.deaf(8, of: fixture)
            try Self.expectList(by: fixture)
            #expect(fixture.server.counters.connections >= deaf.count)
        }
    }

    @Test func `modules that read nothing give their threads back, and are cut off`() async throws {
        let fixture = try SocketFixture {
            $0.maximumLongFrames = 2
            $0.longFrameStall = .milliseconds(300)
        }
        try await fixture.serve { fixture in
            let deaf = try Self.deaf(5, of: fixture)
            try Self.expectList(by: fixture)
            try await until { fixture.server.counters.connections == 0 }
            #expect(deaf.count == 5)
        }
    }

    @Test func `a module that has not read what came before a list gets no thread, and the list later`() async throws {
        let fixture = try SocketFixture {
            $0.maximumLongFrames = 1
            $0.longFrameStall = .seconds(3600)
        }
        try await fixture.serve { fixture in
            var before = Self.answer(CountedTexts([]), id: "before")
            before.content = Content(text: String(repeating: "x", count: 4 << 20))
            let deaf = try Self.deaf(3, of: fixture, behind: [before])
            try Self.expectList(by: fixture)
            for peer in deaf {
                #expect(try peer.read()?.id == "before")
                #expect(try peer.read()?.content == Content(texts: Self.values))
            }
        }
    }
}
