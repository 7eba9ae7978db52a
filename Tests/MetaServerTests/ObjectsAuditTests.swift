import Beehive
import Logging
import Testing

@testable import MetaServer

@Suite("stored rows of secrets, asked for")
struct ObjectsAuditTests {
    @Test("each request for stored secrets leaves a line, for other types none")
    func lines() async throws {
        let lines = Lock<[String]>([])
        let logger = Logger(label: "audit") { _ in LineCollector(lines: lines) }
        let addAudit: (inout ServerContext) -> Void = { $0.audit = Audit(logger: logger) }
        try await Fixture.serve(context: addAudit) { fixture in
            for query in [
                "?type=secret&namespace=demo&name=s", "?type=secret", "?type=pod", "",
                "?type=serviceaccounttoken&namespace=demo",
            ] {
                let answer = try await fixture.get("/metamanager/v1/objects\(query)")
                #expect(answer.status == 200)
            }
        }
        let written = lines.withLock { $0 }
        #expect(written.count == 4)
        #expect(written.first?.contains("demo/secrets/s") == true)
        #expect(written.last?.contains("serviceaccounts") == true)
    }
}
