import Beehive
import Glibc
import Logging
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

@Suite("secrets that leave by other ways than the Kubernetes paths", .timeLimit(.minutes(5)))
struct SecretAuditTests {
    private static func fill(_ store: MetaStore) throws {
        try store.transaction(writing: true) { view throws(StoreError) in
            for key in ["site/secret/login", "site/serviceaccounttoken/web", "site/pod/gateway"] {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let object = NewObject(path: path, value: Bytes("{}".utf8), version: "7", origin: .delivered)
                try view.apply(.put(object, replacing: nil), now: SystemTime().now().wall)
            }
        }
    }

    /// What the audit says of some requests.
    private static func lines(of requests: [String]) async throws -> [String] {
        let lines = Lock<[String]>([])
        let logger = Logger(label: "audit") { _ in LineCollector(lines: lines) }
        let addAudit: (inout ServerContext) -> Void = { $0.audit = Audit(logger: logger) }
        try await Fixture.serve(fill: fill, context: addAudit) { fixture in
            for request in requests {
                let answer = try await fixture.exchange(
                    "\(request) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 "), "\(answer)")
            }
        }
        return lines.withLock { $0 }
    }

    @Test("an object opened in the console leaves a line when it is a secret or token, found or not")
    func console() async throws {
        let path = "GET /metamanager/v1/console/object?key=site"
        let lines = try await Self.lines(of: [
            "\(path)/secret/login", "\(path)/pod/gateway", "\(path)/serviceaccounttoken/web", "\(path)/secret/nobody",
            "\(path)/pendingwrite/secret.login", "GET /metamanager/v1/console/object?key=nothing",
        ])
        #expect(lines.count == 4)
        for (line, words) in zip(
            lines, [("secrets/login", "200"), ("serviceaccounts/web/token", "200"), ("secrets/nobody", "404")])
        {
            #expect(line.contains("site/\(words.0)") && line.contains(words.1), "\(line)")
        }
    }

    @Test("a list of secrets in the console leaves a line, other lists none")
    func lists() async throws {
        let path = "GET /metamanager/v1/console/objects"
        let lines = try await Self.lines(of: [
            "\(path)?type=secret", "\(path)?type=pod", path, "\(path)?search=login", "GET /metamanager/v1/console",
        ])
        #expect(lines.count == 1 && lines.first?.contains("*/secrets/*") == true)
    }

    @Test("an export leaves a line, also when it fails")
    func export() async throws {
        let file = "/tmp/metamanager-audit-\(getpid())-\(UInt64.random(in: 0 ... .max)).db"
        defer { unlink(file) }
        let request = "POST /metamanager/v1/export?path=\(file)"
        let lines = try await Self.lines(of: [request, request])
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains("*/secrets/*") && $0.contains("list") })
        #expect(lines.first?.contains("200") == true && lines.last?.contains("500") == true, "\(lines)")
    }
}
