import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Refusals of the cloud in a flight record: each is decided again as it was, and none quotes what was written.
struct RefusalReplayTests {
    private static let resource = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")

    private static func object(_ name: String, _ value: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": JSONValue(text: name), "namespace": "demo", "uid": "u1", "resourceVersion": "7",
            ], "data": ["x": JSONValue(text: value)],
        ]
    }

    private static func missing(_ details: JSONValue?) -> ApplicationAnswer {
        ApplicationAnswer(
            id: "x", status: .rejected, failure: APIFailure(404, reason: "NotFound", "none", details: details))
    }

    /// What a cloud may say to a write or question about an object.
    private static func answers(_ name: String) -> [ApplicationAnswer] {
        let text = JSONValue(text: name)
        let refusals = [
            APIFailure(409, reason: "Conflict", "changed", details: ["name": text, "kind": "configmaps"]),
            APIFailure(403, reason: "Forbidden", "no", details: ["name": text, "kind": "configmaps"]),
            APIFailure(422, reason: "Invalid", "bad", details: ["name": text, "kind": "ConfigMap"]),
            APIFailure(503, reason: "ServiceUnavailable", "later", retryAfter: 3),
        ]
        return [
            ApplicationAnswer(id: "x", status: .approved, body: object(name, "cloud").json),
            ApplicationAnswer(id: "x", status: .approved),
            missing(["name": text, "kind": "configmaps"]), missing(["name": text, "kind": "ConfigMap"]),
            missing(["name": text, "kind": "configmap"]), missing(["name": text]), missing(["name": text, "kind": ""]),
            missing(["name": text, "kind": 7]), missing(["name": "demo", "kind": "namespaces"]),
            missing(["name": text, "kind": "pods"]), missing(nil),
            missing([
                "name": text, "kind": "configmaps",
                "causes": [["reason": "UnexpectedServerResponse", "message": "404 page not found"]],
            ]),
            missing(["name": text, "kind": "configmaps", "causes": [["reason": "Other"]]]),
        ] + refusals.map { ApplicationAnswer(id: "x", status: .rejected, failure: $0) }
    }

    /// Answers the one request that waits; false when there is none.
    private static func answer(
        _ world: FlightWorld, _ random: inout SeededRandom, with answer: ApplicationAnswer
    ) throws -> Bool {
        guard let request = world.cloud.take(&random) else { return false }
        let asked = try #require(Application(content: JSONValue(parsing: request.content.json)))
        let content = String(decoding: answer.content(to: asked, node: "edge-1").json, as: UTF8.self)
        world.feed([
            .fromCloud(
                world.message(
                    .dynamicController, .applicationResponse, request.route.resource, content,
                    group: .dynamicController, parent: request.id))
        ])
        return true
    }

    @Test(
        "each way an answer ends a waiting write is decided again in the same way",
        arguments: ["create", "update", "delete"])
    func endings(verb: String) async throws {
        let world = try FlightWorld(seed: 7)
        var random = SeededRandom(seed: 7)
        world.feed([.linkUp(connection: 1)])
        let count = Self.answers("x").count
        let reader = try StoreReader(path: world.folder.database)
        var (asked, number, forgotten) = (0, 0, 0)
        for (first, second) in (0..<count).flatMap({ first in (0..<count).map { (first, $0) } }) {
            number += 1
            let name = "w\(number)"
            if verb != "create" {
                let stored = String(decoding: Self.object(name, "a").json, as: UTF8.self)
                world.feed([
                    .fromCloud(
                        world.message(.edgeController, .insert, "demo/configmap/\(name)", stored, version: "7"))
                ])
            }
            world.cloud.forget()
            world.feed([.credit(connection: 1, entries: 8)])
            let request = LocalWrite.PendingRequest(
                resource: Self.resource, namespace: "demo", name: name,
                object: verb == "delete" ? nil : Self.object(name, "b"), caller: "robot")
            world.feed([
                .write(
                    LocalWrite(
                        .pending(request), at: ResourcePath(namespace: "demo", type: .configMap, id: name),
                        expected: verb == "create" ? 0 : nil))
            ])
            let answers = Self.answers(name)
            try #require(try Self.answer(world, &random, with: answers[first]), "nothing was asked of the cloud")
            if try Self.answer(world, &random, with: answers[second]) { asked += 1 }
            world.feed([.dropOutbox(id: nil)])
            // Somebody has seen what the cloud did not take.
            let conflicts = try reader.read { view throws(StoreError) in
                try view.keys(startingWith: "demo/conflict/configmap.\(name).")
            }
            forgotten += conflicts.count
            for conflict in conflicts {
                let path = try ResourcePath(parsing: conflict)
                world.feed([.write(LocalWrite(.forgotten, at: path, expected: nil))])
            }
            if number.isMultiple(of: 64) { #expect(world.flush()) }
        }
        #expect(asked >= count && forgotten >= count)
        #expect(world.flush())
        #expect(world.recorder.status.dropped == 0)
        await world.stop()
        let report = try world.folder.replay()
        if let divergence = report.divergence {
            Issue.record(
                """
                line \(divergence.line), \(divergence.input)
                recorded \(divergence.recorded)
                made     \(divergence.made)
                """)
        }
        #expect(report.decisions > 2 * count * count && report.skipped == 0)
    }

    @Test("of a refusal's details only what decisions read is written down")
    func details() throws {
        let application = Application.get(Self.resource, namespace: "demo", name: "settings")
        let details: [JSONValue] = [
            ["name": "CANARY", "kind": "CANARY is no word", "group": "CANARY", "uid": "CANARY"],
            ["name": ["CANARY"], "kind": ["x": "CANARY"], "causes": "CANARY"],
            [
                "name": "settings", "kind": "configmaps", "retryAfterSeconds": 3,
                "causes": [["reason": "CANARY", "message": "CANARY", "field": "data.CANARY"]],
            ],
            ["causes": [["reason": "UnexpectedServerResponse", "message": "CANARY"]]],
            "CANARY",
        ]
        for details in details {
            let failure = APIFailure(404, reason: "NotFound", "CANARY", details: details)
            let answer = ApplicationAnswer(id: "x", status: .rejected, failure: failure)
            let content = try Content(json: answer.content(to: application, node: "n").json)
            let route = Route(
                source: .dynamicController, group: .dynamicController, operation: .applicationResponse,
                resource: "null")
            let text = String(decoding: Redaction().content(content, of: route), as: UTF8.self)
            #expect(!text.contains("CANARY"), "\(text)")
            let read = try #require(ApplicationAnswer(content: JSONValue(parsing: Bytes(text.utf8))))
            for kinds in [["configmaps"], ["pods"]] {
                #expect(
                    read.failure?.isAbsence(of: "settings", kinds: kinds)
                        == failure.isAbsence(of: "settings", kinds: kinds), "\(text)")
            }
        }
    }
}
