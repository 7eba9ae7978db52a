import Beehive
import Glibc
import Logging
import MetaStore
import NIOCore
import NIOPosix

@testable import MetaManager
@testable import MetaServer

/// A server over a store in a temporary folder, which goes away with it.
struct Fixture: Sendable {
    let folder: String
    let context: ServerContext
    let report: Lock<LoopReport>
    /// When the loop last answered; nil: just now, however slow the test is.
    let beat: Lock<UInt64?>
    let dropped: Lock<[String?]>
    let server: HTTPServer

    var socket: String { "\(folder)/api.sock" }
    var port: Int { server.port ?? 0 }
    var client: APIClient { APIClient(path: socket, timeout: .seconds(60)) }

    /// Runs a body beside a serving server, then stops that.
    static func serve(
        authenticator: any Authenticator = OpenAuthenticator(), trace: DecisionTrace = DecisionTrace(),
        settings: ServerSettings = .test, tls: APICertificates? = nil,
        routes: (inout Router) -> Void = { _ in },
        fill: (MetaStore) throws -> Void = { _ in },
        context change: (inout ServerContext) -> Void = { _ in },
        _ body: @Sendable @escaping (Fixture) async throws -> Void
    ) async throws {
        let fixture = try make(authenticator, trace, settings, routes, fill, change, tls: tls)
        defer { fixture.remove() }
        try await fixture.server.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.server.run() }
            do {
                try await body(fixture)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    static func make(
        _ authenticator: any Authenticator, _ trace: DecisionTrace, _ settings: ServerSettings,
        _ routes: (inout Router) -> Void, _ fill: (MetaStore) throws -> Void,
        _ change: (inout ServerContext) -> Void = { _ in }, tls: APICertificates? = nil
    ) throws -> Fixture {
        var template = Array("/tmp/metaserver.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerError(description: "no folder for the test") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let store = try MetaStore(path: "\(folder)/edgecore.db", now: SystemTime().now().wall)
        try fill(store)
        let report = Lock(LoopReport())
        let beat = Lock<UInt64?>(nil)
        let dropped = Lock<[String?]>([])
        var context = ServerContext(
            report: { report.withLock { $0 } }, inboxDepth: { 3 }, modules: { [] },
            reader: try StoreReader(path: "\(folder)/edgecore.db"),
            heartbeat: { beat.withLock { $0 } ?? SystemTime().now().ticks },
            dropOutbox: { id in
                dropped.withLock { $0.append(id) }
                return true
            }, flushOutbox: { false }, trace: trace, requests: RequestCounts(), threads: .singleton)
        change(&context)
        var router = Router(authenticator: authenticator)
        router.addReports(context)
        routes(&router)
        var settings = settings
        settings.socketPath = "\(folder)/api.sock"
        let server = HTTPServer(
            settings: settings, router: router, counts: context.requests,
            loops: MultiThreadedEventLoopGroup.singleton, tls: tls,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return Fixture(
            folder: folder, context: context, report: report, beat: beat, dropped: dropped, server: server)
    }

    func remove() {
        for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "api.sock", "api.token"] {
            unlink("\(folder)/\(name)")
        }
        rmdir(folder)
    }

    /// Runs blocking client work on a thread that may block.
    func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        // A thread of its own: the server's few must stay free for the server.
        try await withCheckedThrowingContinuation { continuation in
            LoopThread().start { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    func get(_ target: String) async throws -> APIClient.Answer { try await blocking { try client.get(target) } }

    func post(_ target: String, body: Bytes = []) async throws -> APIClient.Answer {
        try await blocking { try client.post(target, body: body) }
    }

    /// Sends bytes over a fresh connection and reads until the server closes it, or a text has come.
    func exchange(_ text: String, until end: String? = nil, network: Bool = false) async throws -> String {
        let (path, port) = (network ? nil : socket, self.port)
        return try await blocking {
            let wire = try Wire(path: path, port: port)
            defer { wire.close() }
            wire.send(text)
            return wire.read(until: end)
        }
    }
}

/// A plain socket of a test's own.
struct Wire: Sendable {
    let descriptor: CInt

    init(path: String?, port: Int = 0) throws {
        if let path {
            descriptor = UnixAddress.openSocket(isBlocking: true)
            guard let address = UnixAddress.make(path), UnixAddress.call(connect, descriptor, address) == 0 else {
                throw ServerError(description: "no connection to \(path)")
            }
        } else {
            descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port).bigEndian)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else { throw ServerError(description: "no connection to port \(port)") }
        }
        // A server that never answers must fail the test, not hang it.
        var time = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.send(descriptor, Array(bytes[sent...]), bytes.count - sent, CInt(MSG_NOSIGNAL))
            if count <= 0 { return }
            sent += count
        }
    }

    /// Reads until a text has come, or to the end.
    func read(until end: String? = nil) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            all += buffer[..<count]
            if let end, String(decoding: all, as: UTF8.self).contains(end) { break }
        }
        return String(decoding: all, as: UTF8.self)
    }

    func close() { _ = Glibc.close(descriptor) }
}

/// Waits for a condition, with an end.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<12_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}

extension ServerSettings {
    /// A free port; the fixture names the socket.
    static var test: ServerSettings {
        var settings = ServerSettings(address: "127.0.0.1:0", socketPath: "")
        // A slow machine may take its time for a request and its answer.
        (settings.requestTimeout, settings.stallTimeout) = (.seconds(60), .seconds(60))
        return settings
    }

    func with<Value>(_ key: WritableKeyPath<ServerSettings, Value>, _ value: Value) -> ServerSettings {
        var copy = self
        copy[keyPath: key] = value
        return copy
    }
}

extension Router {
    /// A path that gives a request's body back, or its field `n`.
    static func addEcho(_ router: inout Router) {
        router.on("POST", "/echo") { APIResponse(type: "text/plain", body: .bytes($0.body)) }
        router.on("GET", "/echo") { .text($0.target.field("n") ?? "") }
    }
}
