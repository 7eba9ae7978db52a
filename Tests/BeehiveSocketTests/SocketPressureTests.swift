import Beehive
import BeehiveSocket
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct SocketPressureTests {
    @Test func `a full MetaManager stops the reading, and loses nothing`() async throws {
        try await SocketFixture().serve { fixture in
            // Several times what the kernel and the server hold; more only takes longer.
            let count = 20_000
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            fixture.intake.setRoom(10)
            var rest = (0..<count).flatMap { number in
                SocketFraming.frame(body: MessageEncoder.encode(text(from: "lamp", id: "m\(number)")))
            }[...]
            let total = rest.count
            // The kernel takes what the server reads plus its own buffer; then it takes no more.
            try await until {
                rest = rest.dropFirst(peer.writeWithoutWaiting(rest))
                return fixture.server.counters.pauses == 1 && fixture.intake.count == 10
            }
            var quiet = 0
            while quiet < 20 {
                let taken = peer.writeWithoutWaiting(rest)
                rest = rest.dropFirst(taken)
                quiet = taken == 0 ? quiet + 1 : 0
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(total - rest.count < 1 << 20, "the server read on while nothing was taken")
            #expect(fixture.intake.count == 10)
            // Every time that there is room for some, these are taken and the reading stops again.
            fixture.intake.setRoom(1000)
            try await until {
                rest = rest.dropFirst(peer.writeWithoutWaiting(rest))
                return fixture.server.counters.pauses == 2
            }
            #expect(fixture.intake.count == 1010)
            fixture.intake.setRoom(.max)
            try await until {
                rest = rest.dropFirst(peer.writeWithoutWaiting(rest))
                return fixture.intake.count == count
            }
            #expect(fixture.intake.ids == (0..<count).map { "m\($0)" })
        }
    }

    @Test func `what a module sent before it hung up is taken when there is room`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            fixture.intake.setRoom(0)
            // In one piece: the kernel's room for small pieces is smaller.
            peer.write(
                (0..<300).flatMap { number in
                    SocketFraming.frame(body: MessageEncoder.encode(text(from: "lamp", id: "m\(number)")))
                })
            peer.close()
            try await until { fixture.server.counters.connections == 0 }
            #expect(fixture.intake.count == 0)
            fixture.intake.setRoom(.max)
            try await until { fixture.intake.count == 300 }
            #expect(fixture.intake.ids == (0..<300).map { "m\($0)" })
            #expect(fixture.bus.modules.allSatisfy { !$0.isAttached })
        }
    }

    @Test func `a module that does not read delays no other, and costs no more than its mailbox`() async throws {
        try await SocketFixture(limits: MailboxLimits(messages: 64)).serve { fixture in
            let stuck = try RawPeer(path: fixture.path)
            try stuck.attach("stuck")
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp")
            let large = Content(text: String(repeating: "x", count: 4000))
            for number in 0..<2000 {
                fixture.deliver(
                    text(from: .metaManager, id: "s\(number)", "a/pod/\(number)", content: large), to: "stuck")
                fixture.deliver(text(from: .metaManager, id: "d\(number)"), to: "lamp")
                #expect(try lamp.read()?.id == "d\(number)")
            }
            let mailbox = try #require(fixture.bus.modules.first { $0.info.name == "stuck" }?.mailbox)
            #expect(mailbox.depth <= 64)
            #expect(mailbox.dropped > 0)
            // 256 KiB wait in the channel, about as much in the kernel.
            #expect(fixture.server.counters.framesOut - 2002 < 400)
            // When it reads again it gets what was on its way, is told what it has missed, then what comes. An answer
            // stands for the latter, because no listing would bring it back.
            var answer = text(from: .metaManager, id: "last")
            answer.route.operation = .response
            fixture.deliver(answer, to: "stuck")
            var seen: [String] = []
            while seen.last != "last" { seen.append(try #require(try stuck.read()).id) }
            #expect(seen.contains("relist"))
        }
    }

    @Test func `a peer that reads no refusals is read no further`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            var junk = (0..<50_000).flatMap { _ in
                SocketFraming.frame(body: MessageEncoder.encode(text(from: "other", id: "m")))
            }[...]
            var quiet = 0
            while quiet < 20, !junk.isEmpty {
                let taken = peer.writeWithoutWaiting(junk)
                junk = junk.dropFirst(taken)
                quiet = taken == 0 ? quiet + 1 : 0
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(!junk.isEmpty, "the server read on while its answers were not read")
            let refused = fixture.server.counters.refused[.wrongSource, default: 0]
            #expect(refused < 10_000)
            for _ in 0..<refused { #expect(try peer.read()?.route.operation == .error) }
        }
    }

    @Test func `a stopped MetaManager answers so`() async throws {
        try await SocketFixture().serve { fixture in
            let peer = try RawPeer(path: fixture.path)
            try peer.attach("lamp")
            fixture.intake.setRoom(0)
            peer.write(text(from: "lamp", id: "m1"))
            try await until { fixture.server.counters.pauses == 1 }
            fixture.intake.close()
            let answer = try #require(try peer.read())
            #expect(answer.header.parentID == "m1")
            #expect(answer.content.string?.hasPrefix("MetaManager is stopping") == true)
        }
    }
}
