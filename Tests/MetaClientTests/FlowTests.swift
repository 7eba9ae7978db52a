import Beehive
import Glibc
import NIOPosix
import Testing

@testable import MetaClient

/// What a peer may do to the client.
@Suite("The typed client's connection", .timeLimit(.minutes(5)))
struct FlowTests {
    /// A socket that takes one connection and sends what it is told to, as far as it is taken.
    private final class Peer: Sendable {
        let path: String
        private let folder: String
        private let listener: Int32

        init() throws {
            var template = Array("/tmp/metapeer.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw ServedStore.Trouble(description: "no folder for the test") }
            folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            path = folder + "/peer.sock"
            listener = UnixAddress.openSocket(isBlocking: false)
            guard let address = UnixAddress.make(path), UnixAddress.call(Glibc.bind, listener, address) == 0,
                listen(listener, 4) == 0
            else { throw ServedStore.Trouble(description: "cannot listen at \(path)") }
        }

        deinit {
            close(listener)
            unlink(path)
            rmdir(folder)
        }

        /// Takes a connection and sends; gives how much was taken, which ends at a limit, or when nothing more is.
        func send(_ head: String, then piece: [UInt8] = [], upTo limit: Int = 0) async throws -> Int {
            // The threads that tasks run on must not be blocked.
            var connection: Int32 = -1
            try await eventually("a connection") {
                connection = accept(listener, nil, nil)
                return connection >= 0
            }
            defer { close(connection) }
            _ = fcntl(connection, F_SETFL, O_NONBLOCK)
            var request = [UInt8](repeating: 0, count: 4096)
            try await eventually("a request") { recv(connection, &request, request.count, 0) > 0 }
            let start = Array(head.utf8)
            var sent = Glibc.send(connection, start, start.count, Int32(MSG_NOSIGNAL))
            var idle = 0
            while sent < limit, idle < 200 {
                let count = Glibc.send(connection, piece, piece.count, Int32(MSG_NOSIGNAL))
                if count > 0 {
                    sent += count
                    idle = 0
                } else {
                    idle += 1
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            return sent
        }
    }

    @Test("a client that takes nothing holds a bounded part of a flood")
    func backPressure() async throws {
        let peer = try Peer()
        let transport = APITransport(path: peer.path, group: MultiThreadedEventLoopGroup.singleton, options: .init())
        async let sent = peer.send(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
            then: [UInt8](repeating: UInt8(ascii: "x"), count: 65_536), upTo: 16 << 20)
        let exchange = try await transport.begin(APICall(path: "/", what: "the flood"))
        #expect(try await exchange.head(within: .seconds(60)).status == 200)
        #expect(try await sent < 4 << 20)
        withExtendedLifetime(exchange) {}
    }

    @Test("an answer that is larger than may be is refused, and one that is no HTTP too")
    func hostile() async throws {
        let peer = try Peer()
        var options = MetaClient.Options()
        options.maximumBytes = 1 << 20
        let client = MetaClient(path: peer.path, options: options)
        async let flood = peer.send(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
            then: [UInt8](repeating: UInt8(ascii: "1"), count: 65_536), upTo: 16 << 20)
        let large = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get("a", in: "b") }
        #expect(large?.code == .tooLarge)
        #expect(try await flood < 8 << 20)
        async let noise = peer.send("SSH-2.0-nothing\r\n")
        let strange = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get("a", in: "b") }
        #expect(strange?.code == .broken)
        _ = try await noise
        async let half = peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":")
        let cut = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get("a", in: "b") }
        #expect(cut?.code == .broken)
        _ = try await half
    }

    @Test("a daemon that is silent is given up, and a cancelled call ends")
    func silence() async throws {
        let peer = try Peer()
        var options = MetaClient.Options()
        options.timeout = .milliseconds(50)
        let client = MetaClient(path: peer.path, options: options)
        let error = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get("a", in: "b") }
        #expect(error?.code == .timeout)
        let patient = MetaClient(path: peer.path)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { _ = try await patient.pods.get("a", in: "b") }
            }
            group.cancelAll()
        }
    }
}
