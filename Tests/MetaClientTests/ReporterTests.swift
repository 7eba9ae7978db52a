import Beehive
import MetaClient
import Testing

/// Reports through a module's socket, with a folder or nothing in the cloud's place.
@Suite("Reports of the typed client", .timeLimit(.minutes(5)))
struct ReporterTests {
    private static func pod(_ uid: String = "u1") -> Pod {
        var pod = Pod(name: "p", namespace: "site")
        pod.json["metadata"]?["uid"] = JSONValue(text: uid)
        return pod
    }

    @Test("a status is stored when the call returns, and reaches the cloud")
    func status() async throws {
        try await ReporterNode.with { node in
            let status = PodStatus(phase: .running, conditions: [Condition("Ready", true, since: 0)])
            try await node.reporter.report(status, of: Self.pod())
            #expect(try node.stored("site/podstatus/p")?["Status"]?["phase"]?.text == "Running")
            try await eventually("the pod comes back with its status") {
                try node.stored("site/pod/p").map { Pod(json: $0).status.isReady } ?? false
            }
        }
    }

    @Test("a patch gives the pod as it is now; another pod of the name is refused")
    func patch() async throws {
        try await ReporterNode.with(as: "agent") { node in
            let patched = try await node.reporter.patch(Self.pod(), status: ["phase": "Failed", "reason": "Evicted"])
            #expect(patched.status.phase == .failed && patched.status.reason == "Evicted")
            let error = await #expect(throws: MetaClientError.self) {
                _ = try await node.reporter.patch(Self.pod("other"), status: ["phase": "Running"])
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test("only edged may report whole statuses")
    func wrongModule() async throws {
        try await ReporterNode.with(as: "agent") { node in
            let error = await #expect(throws: MetaClientError.self) {
                try await node.reporter.report(PodStatus(phase: .running), of: Self.pod())
            }
            #expect(error?.code == .refused)
        }
    }

    @Test("events arrive; a lease is created, renewed, found, and conflicts are told")
    func leases() async throws {
        try await ReporterNode.with(as: "agent") { node in
            let event = Event(
                about: Self.pod(), name: "p.1", reason: "Seen", message: "here", component: "agent", host: "n", at: 0)
            try await node.reporter.record(event)
            try await eventually("the event") { node.reported("events.jsonl").contains("p.1") }
            var lease = Lease(name: "l", namespace: "site")
            lease.holder = "agent"
            lease.duration = .seconds(40)
            let created = try await node.reporter.create(lease)
            var renewed = created
            renewed.renewed = 1_795_231_700_000
            let updated = try await node.reporter.update(renewed)
            #expect(updated.renewed == 1_795_231_700_000 && updated.resourceVersion != created.resourceVersion)
            #expect(try await node.reporter.lease(lease.objectName)?.holder == "agent")
            #expect(try await node.reporter.lease(ObjectName(namespace: "site", name: "none")) == nil)
            let error = await #expect(throws: MetaClientError.self) { _ = try await node.reporter.update(renewed) }
            #expect(error?.code == .conflict)
        }
    }

    @Test("what only a cloud gives is unavailable, or absent, and said so")
    func cloudOnly() async throws {
        try await ReporterNode.with(as: "agent") { node in
            let request = TokenRequest(serviceAccount: ObjectName(namespace: "site", name: "a"))
            let error = await #expect(throws: MetaClientError.self) { _ = try await node.reporter.token(request) }
            #expect(error?.code == .unavailable)
            #expect(try await node.reporter.certificateSigningRequest("none") == nil)
            let csr = CertificateSigningRequest(
                name: "c", request: Array("PEM".utf8), signer: "example.org/s", usages: ["client auth"])
            let created = try await node.reporter.create(csr)
            #expect(created.request == Array("PEM".utf8) && !created.uid.isEmpty && !created.isApproved)
            #expect(try await node.reporter.certificateSigningRequest("c")?.signer == "example.org/s")
        }
    }

    @Test("without a cloud reports are taken, and what needs it is unavailable at once")
    func offline() async throws {
        try await ReporterNode.with(hasCloud: false) { node in
            try await node.reporter.report(PodStatus(phase: .running), of: Self.pod())
            #expect(try node.stored("site/podstatus/p") != nil)
            let error = await #expect(throws: MetaClientError.self) {
                _ = try await node.reporter.create(Lease(name: "l", namespace: "site"))
            }
            #expect(error?.code == .unavailable)
            let other = await #expect(throws: MetaClientError.self) {
                try await node.reporter.report(PodStatus(phase: .running), of: Pod(name: "a/b", namespace: "site"))
            }
            #expect(other?.code == .invalid)
        }
    }
}
