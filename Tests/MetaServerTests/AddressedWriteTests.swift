import Beehive
import KubeAPI
import TestKit
import Testing

@testable import MetaServer

/// Names and namespaces of what goes to the cloud, and of what it says is not there.
struct AddressedWriteTests {
    private static let accounts: KubeKind = {
        var kind = KubeKind(
            resource: KubeKind.Resource(group: "", version: "v1", plural: "serviceaccounts"), kind: "ServiceAccount",
            isNamespaced: true)
        kind.subresources = ["token"]
        return kind
    }()

    /// A write with a body.
    struct Row: Sendable, CustomTestStringConvertible {
        var verb: ResourceRequest.Verb
        var isAccount = false
        var subresource: String?
        var metadata: JSONValue?
        var isRefused: Bool
        var testDescription: String {
            let body = metadata.map { String(decoding: $0.json, as: UTF8.self) } ?? "none"
            return "\(verb) \(subresource ?? "") \(body)"
        }
    }

    @Test(
        "a body that names another object than the path is refused; one that names none gets the path's name",
        arguments: [
            Row(verb: .update, metadata: ["name": "beta"], isRefused: true),
            Row(verb: .update, metadata: ["name": "alpha", "namespace": "other"], isRefused: true),
            Row(verb: .update, metadata: ["name": 5], isRefused: true),
            Row(verb: .update, metadata: [:], isRefused: false),
            Row(verb: .update, metadata: ["name": "alpha"], isRefused: false),
            Row(verb: .update, subresource: "status", metadata: ["name": "beta"], isRefused: true),
            Row(verb: .update, subresource: "scale", metadata: ["name": "beta"], isRefused: true),
            Row(
                verb: .update, subresource: "scale", metadata: ["name": "alpha", "namespace": "other"],
                isRefused: true),
            Row(verb: .update, subresource: "scale", metadata: "text", isRefused: true),
            Row(verb: .update, subresource: "scale", metadata: nil, isRefused: false),
            Row(verb: .create, isAccount: true, subresource: "token", metadata: ["name": "beta"], isRefused: true),
            Row(
                verb: .create, isAccount: true, subresource: "token", metadata: ["namespace": "other"],
                isRefused: true),
            Row(verb: .create, isAccount: true, subresource: "token", metadata: nil, isRefused: false),
        ])
    func names(row: Row) async throws {
        let bench = WriteBench { _ in .rejected(APIFailure(418, reason: "Teapot", "asked")) }
        var body: JSONValue = ["spec": ["replicas": 1]]
        if let metadata = row.metadata { body["metadata"] = metadata }
        let answer = await bench.send(
            row.verb, row.isAccount ? Self.accounts : WriteBench.deployments, "alpha", body,
            subresource: row.subresource)
        guard !row.isRefused else {
            #expect(answer.status == 400 && bench.applications.isEmpty)
            return
        }
        #expect(answer.status == 418)
        let sent = try JSONValue(parsing: try #require(bench.applications.first?.body))
        #expect(sent["metadata"]?["name"]?.text == "alpha" && sent["metadata"]?["namespace"]?.text == "demo")
    }

    @Test("of two names the last counts, as in the cloud")
    func twice() async {
        let bench = WriteBench()
        let metadata = JSONValue.object([JSONMember("name", "alpha"), JSONMember("name", "beta")])
        let answer = await bench.send(.update, WriteBench.deployments, "alpha", ["metadata": metadata])
        #expect(answer.status == 400 && bench.applications.isEmpty)
    }

    @Test("a 404 is believed when it is about the object, not when the kind or the path is not known")
    func believed() {
        func isAbout(_ details: JSONValue?) -> Bool {
            let failure = APIFailure(404, reason: "NotFound", "not found", details: details)
            return CloudReads.isAbout(failure, kind: WriteBench.configMaps, name: "alpha")
        }
        #expect(isAbout(["name": "alpha", "kind": "configmaps"]))
        #expect(isAbout(["name": "alpha"]))
        #expect(isAbout(APIFailure.notFound(WriteBench.configMaps.resource, name: "alpha").details))
        #expect(!isAbout(nil) && !isAbout([:]))
        #expect(!isAbout(["name": "beta", "kind": "configmaps"]))
        #expect(!isAbout(["name": "alpha", "kind": "namespaces"]))
    }

    @Test("who must have an answer younger than the question joins nobody else's, and nobody joins it")
    func alone() {
        var bench = ApplicationsBench.connected()
        let application = Application.list(ApplicationsBench.configMaps, namespace: "demo")
        bench.perform(application)
        bench.perform(application)
        for ticket in [101, 102] {
            let actions = bench.state.perform(
                application, for: "alice", isAlone: true, ticket: ticket, at: bench.now)
            bench.take(actions)
        }
        let frames = bench.asked()
        #expect(frames.count == 3)
        for (frame, text) in zip(frames, ["1", "2", "3"]) { bench.answer(frame, body: text) }
        #expect(bench.outcomes[101] == .approved(Bytes("2".utf8)))
        #expect(bench.outcomes[102] == .approved(Bytes("3".utf8)))
    }
}
