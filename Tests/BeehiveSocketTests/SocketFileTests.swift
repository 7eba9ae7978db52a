import Beehive
import BeehiveSocket
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct SocketFileTests {
    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test(arguments: [0o600, 0o660, 0o666] as [UInt32])
    func `the socket has the mode of the settings, and missing folders are private`(wanted: UInt32) async throws {
        let fixture = try SocketFixture(isInNewFolder: true) { $0.mode = wanted }
        try await fixture.serve { fixture in
            #expect(mode(fixture.path) == wanted)
            #expect(mode(fixture.folder + "/new") == 0o700)
            #expect(mode(fixture.folder + "/new/run") == 0o700)
        }
        #expect(mode(fixture.path) == nil)
    }

    @Test func `what a crash left is replaced`() async throws {
        let fixture = try SocketFixture()
        try leaveSocket(fixture.path)
        #expect(mode(fixture.path) != nil)
        try await fixture.serve { fixture in
            let answer = try RawPeer(path: fixture.path).attach("lamp")
            #expect(answer.route.operation == .response)
        }
    }

    @Test func `a socket that is served is left alone`() async throws {
        try await SocketFixture().serve { fixture in
            let path = fixture.path
            let second = try SocketFixture { $0.path = path }
            await #expect {
                try await second.serve { _ in }
            } throws: {
                "\($0)".contains("another process listens on \(path)")
            }
            #expect(try RawPeer(path: path).attach("lamp").route.operation == .response)
        }
    }

    @Test func `a file that is no socket is left alone`() async throws {
        let fixture = try SocketFixture()
        close(creat(fixture.path, 0o600))
        await #expect {
            try await fixture.serve { _ in }
        } throws: {
            "\($0)".contains("is no socket")
        }
    }

    @Test func `a path that is too long is refused with the cure`() async throws {
        let fixture = try SocketFixture { $0.path += String(repeating: "x", count: 100) }
        await #expect {
            try await fixture.serve { _ in }
        } throws: {
            "\($0)".contains("choose a shorter modules.socket.path")
        }
    }

    @Test func `a shutdown writes what waits, closes and removes the socket`() async throws {
        let fixture = try SocketFixture()
        var peers: [RawPeer] = []
        try await fixture.serve { fixture in
            let lamp = try RawPeer(path: fixture.path)
            try lamp.attach("lamp")
            peers = [lamp, try RawPeer(path: fixture.path)]
            try await until { fixture.server.counters.connections == 2 }
            for number in 0..<100 { fixture.deliver(text(from: .metaManager, id: "d\(number)"), to: "lamp") }
        }
        for number in 0..<100 { #expect(try peers[0].read()?.id == "d\(number)") }
        for peer in peers { #expect(try peer.read() == nil) }
        #expect(fixture.server.counters.connections == 0)
        #expect(!fixture.server.isListening)
        #expect(mode(fixture.path) == nil)
    }

    @Test func `a shutdown does not wait for a module that reads nothing`() async throws {
        let fixture = try SocketFixture { $0.drainTimeout = .milliseconds(50) }
        var peer: RawPeer?
        try await fixture.serve { fixture in
            let stuck = try RawPeer(path: fixture.path)
            try stuck.attach("stuck")
            peer = stuck
            let large = Content(text: String(repeating: "x", count: 10_000))
            for number in 0..<200 {
                fixture.deliver(text(from: .metaManager, id: "d\(number)", content: large), to: "stuck")
            }
        }
        #expect(fixture.server.counters.connections == 0)
        peer?.close()
    }

    /// Binds a socket and closes it, as a process that was killed does.
    private func leaveSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(descriptor)
        try #require(result == 0)
    }
}
