import Beehive
import Glibc
import KubeAPI
import Logging
import MetaStore
import NIOPosix
import Testing

@testable import MetaServer

/// Requests in the name of somebody else: answered for that one, or refused, never for who sends them.
struct ImpersonationTests {
    private static let robot = "system:serviceaccount:demo:app"

    /// Runs a body with a router that tells who came in, over a store with the account `demo/app`.
    private static func with(
        isKnown: Bool = true, _ body: (Router) async throws -> Void
    ) async throws {
        var template = Array("/tmp/metaserver-as.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerError(description: "no folder for the test") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        let store = try MetaStore(path: "\(folder)/edgecore.db", now: 1)
        try TokenMaker.fill(store)
        let accounts = StoredAccounts(reader: try StoreReader(path: "\(folder)/edgecore.db"), threads: .singleton)
        var router = Router(authenticator: TokenAuthenticator(token: "the-nodes-own-token", next: Robot()))
        if isKnown { router.impersonation = Impersonation(accounts: accounts) }
        router.under("/api/") { request in
            let caller = request.caller
            let question = AccessQuestion(method: "GET", path: "/metrics")
            return .text(
                "\(caller.name) \(caller.groups.joined(separator: ",")) by \(caller.impersonator ?? "-") "
                    + "\(request.access.isEverything) \(request.access.allows(question))")
        }
        router.on("GET", "/metrics") { _ in .text("figures") }
        try await body(router)
    }

    /// Takes any other token for that of a service account that may do everything.
    private struct Robot: BearerAuthenticator {
        func authenticate(token: [UInt8]) async -> Authentication {
            .known(Caller(name: "system:serviceaccount:demo:robot"), .everything)
        }
    }

    private static func ask(
        _ router: Router, _ headers: [(name: String, value: String)], path: String = "/api/v1/namespaces/demo/pods",
        token: String = "the-nodes-own-token"
    ) async throws -> (status: Int, text: String) {
        let request = APIRequest(
            method: "GET", target: try #require(RequestTarget(path)),
            headers: [("Authorization", "Bearer \(token)")] + headers)
        let response = await router.respond(to: request)
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    @Test("an admin may ask as a service account that is known here, and gets what that may do")
    func known() async throws {
        try await Self.with { router in
            let groups = "system:serviceaccounts,system:serviceaccounts:demo,system:authenticated"
            for header in ["Impersonate-User", "impersonate-user"] {
                let answer = try await Self.ask(router, [(header, Self.robot)])
                #expect(answer.status == 200)
                #expect(answer.text == "\(Self.robot) \(groups) by system:admin false true")
            }
            let withGroup = try await Self.ask(
                router, [("Impersonate-User", Self.robot), ("Impersonate-Group", "system:serviceaccounts")])
            #expect(withGroup.text.hasPrefix(Self.robot))
            let figures = try await Self.ask(router, [("Impersonate-User", Self.robot)], path: "/metrics")
            #expect(figures.status == 200)
            let masters = try await Self.ask(
                router, [("Impersonate-User", "jane"), ("Impersonate-Group", "system:masters")])
            #expect(masters.text.hasPrefix("jane ") && masters.text.contains("by system:admin true"))
        }
    }

    @Test(
        "everybody else is refused, and told which header it was",
        arguments: [
            [("Impersonate-User", "jane")], [("Impersonate-User", "system:serviceaccount:demo:other")],
            [("Impersonate-User", "")], [("Impersonate-Group", "system:masters")],
            [("Impersonate-User", robot), ("Impersonate-Group", "operators")],
            [("Impersonate-User", robot), ("Impersonate-Uid", "1")],
            [("Impersonate-User", robot), ("Impersonate-Extra-Scopes", "all")],
            [("Impersonate-User", robot), ("Impersonate-User", "system:admin")],
            [("Impersonate-User", "system:serviceaccount:demo/x:app")], [("IMPERSONATE-USER", "jane")],
        ])
    func refused(headers: [(String, String)]) async throws {
        try await Self.with { router in
            let answer = try await Self.ask(router, headers.map { (name: $0.0, value: $0.1) })
            #expect(answer.status == 403, "\(headers)")
            let body = try JSONValue(parsing: Bytes(answer.text.utf8))
            #expect(body["reason"] == "Forbidden")
            #expect(body["message"]?.text?.lowercased().hasPrefix("impersonate-") == true, "\(answer.text)")
        }
    }

    @Test("who is no admin impersonates nobody, whatever rules they have, and where nobody knows accounts nobody does")
    func noAdmin() async throws {
        try await Self.with { router in
            let answer = try await Self.ask(router, [("Impersonate-User", Self.robot)], token: "another-one")
            #expect(answer.status == 403 && answer.text.contains("demo:robot cannot impersonate"))
        }
        try await Self.with(isKnown: false) { router in
            let answer = try await Self.ask(router, [("Impersonate-User", Self.robot)])
            #expect(answer.status == 403)
        }
    }

    @Test("discovery is the same for everybody, so that the refusal stands where people read it")
    func discovery() async throws {
        try await Self.with { router in
            let answer = try await Self.ask(router, [("Impersonate-User", "jane")], path: "/api/v1")
            #expect(answer.status == 200)
        }
    }

    @Test("the audit line names both")
    func audit() throws {
        let lines = Lock<[Logger.Metadata]>([])
        let audit = Audit(logger: Logger(label: "audit") { _ in Recorder(lines: lines) })
        var caller = Caller(name: Self.robot)
        caller.impersonator = "system:admin"
        let wanted = ResourceRequest(
            verb: .list, resource: .init(group: "", version: "v1", plural: "secrets"), namespace: "demo")
        audit.record(wanted, caller: caller, peer: .network, status: 200)
        let line = try #require(lines.withLock { $0.first })
        #expect(line["user"] == "\(Self.robot)" && line["impersonator"] == "system:admin")
    }

    private struct Recorder: LogHandler {
        let lines: Lock<[Logger.Metadata]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(lines: Lock<[Logger.Metadata]>) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.withLock { $0.append(event.metadata ?? [:]) } }
    }
}
