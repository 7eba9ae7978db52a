import Beehive
import Glibc
import Testing

@testable import MetaClient

/// A socket that answers each connection with the next text of a script, and closes it; for servers as they should not be.
final class ScriptedServer: Sendable {
    let path: String
    private let folder: String
    private let listener: Int32
    private let served = Lock<[UInt64]>([])

    /// When each connection was answered, in monotonic nanoseconds.
    var times: [UInt64] { served.withLock { $0 } }

    private init() throws {
        var template = Array("/tmp/metascript.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServedStore.Trouble(description: "no folder for the test") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/script.sock"
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

    /// Serves while a body runs.
    ///
    /// - Parameters:
    ///   - script: the answer of a connection, by its number from 0.
    ///   - body: the test.
    /// - Throws: what the test throws.
    static func with(
        _ script: @escaping @Sendable (Int) -> String, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let server = try ScriptedServer()
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run(script) }
            do { try await body(server) } catch { failure = error }
            group.cancelAll()
        }
        if let failure { throw failure }
    }

    private func run(_ script: @Sendable (Int) -> String) async throws {
        for number in 0... {
            var connection: Int32 = -1
            // The threads that tasks run on must not be blocked.
            while true {
                connection = accept(listener, nil, nil)
                if connection >= 0 { break }
                try await Task.sleep(for: .milliseconds(1))
            }
            defer { close(connection) }
            _ = fcntl(connection, F_SETFL, O_NONBLOCK)
            var request = [UInt8](repeating: 0, count: 16_384)
            while recv(connection, &request, request.count, 0) < 0, errno == EAGAIN {
                try await Task.sleep(for: .milliseconds(1))
            }
            let answer = Array(script(number).utf8)
            served.withLock { $0.append(SystemTime.ticks()) }
            // Small enough for the socket's buffer.
            _ = Glibc.send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// A whole answer.
    static func answer(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
