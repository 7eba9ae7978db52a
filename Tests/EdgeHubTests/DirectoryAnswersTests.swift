import Beehive
import Testing

@testable import EdgeHub

@Suite struct DirectoryAnswersTests {
    static func frame(_ operation: Operation, _ resource: String, _ content: Content = .null) -> Message {
        Message(
            header: Header(id: "up-1", timestamp: Sample.now),
            route: Route(source: .edged, group: .meta, operation: operation, resource: resource), content: content)
    }

    static func state(_ files: [(String, String)] = [("a.yaml", Sample.pod("web"))]) -> DirectoryState {
        var state = Sample.state()
        _ = state.apply(Sample.reading(files), now: Sample.now)
        return state
    }

    static func take(_ state: inout DirectoryState, _ message: Message) throws -> DirectoryEffects {
        let effects = state.take(message, at: Sample.moment)
        return try #require(effects)
    }

    static func answer(_ effects: DirectoryEffects?) throws -> JSONValue {
        try JSONValue(parsing: try #require(effects?.replies.first).content.json)
    }

    static let uid = StableDigest.uid("demo/pod/web")

    @Test func aQueryIsAnsweredWithTheObjectAndItsVersion() throws {
        var state = Self.state([("a.yaml", Sample.configMap("app", "1"))])
        let effects = try Self.take(&state, Self.frame(.query, "demo/configmap/app"))
        let reply = try #require(effects.replies.first)
        #expect(reply.header.parentID == "up-1")
        #expect(reply.route.operation == .response)
        #expect(reply.route.resource == "demo/configmap/app")
        #expect(reply.header.resourceVersion == "\(try #require(state.entries["demo/configmap/app"]).version)")
        #expect(try Self.answer(effects)["data"]?["key"] == "1")
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let operation: Beehive.Operation
        let resource: String
        let content: Content
        let reason: String
        let isObjectResponse: Bool
    }

    static let refusals: [Refusal] = [
        Refusal(
            testDescription: "an absent config map", operation: .query, resource: "demo/configmap/none",
            content: .null, reason: "NotFound", isObjectResponse: false),
        Refusal(
            testDescription: "an absent node", operation: .query, resource: "null/node/edge", content: .null,
            reason: "NotFound", isObjectResponse: false),
        Refusal(
            testDescription: "an absent lease", operation: .query, resource: "kube-node-lease/lease/edge",
            content: .null, reason: "NotFound", isObjectResponse: true),
        Refusal(
            testDescription: "a token", operation: .query, resource: "demo/serviceaccounttoken/default",
            content: .null, reason: "ServiceUnavailable", isObjectResponse: false),
        Refusal(
            testDescription: "the cluster's authority", operation: .query, resource: "k8s/ca.crt", content: .null,
            reason: "NotFound", isObjectResponse: false),
        Refusal(
            testDescription: "a patch of an absent pod", operation: .patch, resource: "demo/podpatch/none",
            content: Content(text: "{}"), reason: "NotFound", isObjectResponse: true),
        Refusal(
            testDescription: "a patch that is none", operation: .patch, resource: "demo/podpatch/web",
            content: Content(text: "no json"), reason: "BadRequest", isObjectResponse: true),
        Refusal(
            testDescription: "a patch of another pod of the name", operation: .patch, resource: "demo/podpatch/web",
            content: Content(text: #"{"metadata":{"uid":"other"},"status":{}}"#), reason: "Invalid",
            isObjectResponse: true),
        Refusal(
            testDescription: "a pod that is there already", operation: .insert, resource: "demo/pod/web",
            content: Content(["metadata": ["name": "web"]]), reason: "AlreadyExists", isObjectResponse: true),
        Refusal(
            testDescription: "an update of an absent lease", operation: .update,
            resource: "kube-node-lease/lease/edge", content: Content(["metadata": .object([])]), reason: "NotFound",
            isObjectResponse: true),
    ]

    @Test(arguments: refusals) func refusesInTheProtocolsForm(_ row: Refusal) throws {
        var state = Self.state()
        let answer = try Self.answer(
            state.take(Self.frame(row.operation, row.resource, row.content), at: Sample.moment))
        let error = row.isObjectResponse ? answer["Err"] : answer
        let status = try #require(error?["ErrStatus"])
        #expect(error?.members.count == 1)
        #expect(status["reason"]?.text == row.reason)
        #expect(status["status"] == "Failure")
        #expect(status["message"]?.text?.isEmpty == false)
    }

    @Test func nothingIsSaidToBeAbsentWhileAFileCannotBeRead() throws {
        var state = Self.state([("a.yaml", "kind: [")])
        let answer = try Self.answer(state.take(Self.frame(.query, "demo/secret/key"), at: Sample.moment))
        #expect(answer["ErrStatus"]?["reason"] == "ServiceUnavailable")
    }

    @Test func aPatchGivesTheMergedPodANewVersionAndAFile() throws {
        var state = Self.state()
        let before = try #require(state.entries["demo/pod/web"]).version
        let patch = Content(text: #"{"metadata":{"uid":"\#(Self.uid)"},"status":{"phase":"Running"},"spec":{"x":1}}"#)
        let effects = try Self.take(&state, Self.frame(.patch, "demo/podpatch/web", patch))
        let answer = try Self.answer(effects)
        let pod = try #require(answer["Object"])
        #expect(answer["Err"] == .null)
        #expect(pod["status"]?["phase"] == "Running")
        #expect(pod["spec"]?["x"] == nil)
        #expect(pod["metadata"]?["resourceVersion"]?.text.flatMap { Int64($0) } ?? 0 > before)
        #expect(effects.writes.map(\.path) == ["demo/podpatch/web.json"])
        let again = try Self.answer(state.take(Self.frame(.patch, "demo/podpatch/web", patch), at: Sample.moment))
        #expect(again == answer)
        // A change of the manifest keeps what the node reported.
        let next = state.apply(Sample.reading([("a.yaml", Sample.pod("web", image: "web:2"))]), now: Sample.now)
        #expect(next.first?.value["status"]?["phase"] == "Running")
    }

    @Test func aClassicReportComesBackAsAnUpdateOfThePod() throws {
        var state = Self.state()
        let report: JSONValue = ["UID": JSONValue(text: Self.uid), "Name": "web", "Status": ["phase": "Running"]]
        let effects = try Self.take(&state, Self.frame(.update, "demo/podstatus/web", Content(report)))
        #expect(effects.replies.map(\.content) == [.ok])
        #expect(effects.pushes.map(\.summary) == ["update demo/pod/web"])
        #expect(effects.pushes.first?.value["status"]?["phase"] == "Running")
        #expect(effects.writes.map(\.path) == ["demo/podstatus/web.json"])
        let again = try Self.take(&state, Self.frame(.update, "demo/podstatus", Content(.array([report]))))
        #expect(again.replies.count == 1)
        #expect(again.pushes.isEmpty)
    }

    @Test func aReportOfAnUnknownPodIsAnsweredWithItsDeletion() throws {
        var state = Self.state()
        let report: JSONValue = ["UID": "gone", "Name": "old", "Status": .object([])]
        let effects = try Self.take(&state, Self.frame(.update, "demo/podstatus/old", Content(report)))
        #expect(effects.replies.map(\.content) == [.ok])
        #expect(effects.pushes.map(\.summary) == ["delete demo/pod/old"])
        #expect(effects.pushes.first?.message(id: "x", at: Sample.moment).header.resourceVersion == "")
    }

    @Test func aPodThatTheNodeLetGoStaysAwayUntilItsManifestChanges() throws {
        var state = Self.state()
        let options = Content(["gracePeriodSeconds": 0, "preconditions": ["uid": JSONValue(text: Self.uid)]])
        let other = try Self.take(&state, Self.frame(.delete, "demo/pod/web", Content(text: "another")))
        #expect(other.pushes.isEmpty)
        let effects = try Self.take(&state, Self.frame(.delete, "demo/pod/web", options))
        #expect(effects.replies.map(\.content) == [.ok])
        #expect(effects.pushes.map(\.summary) == ["delete demo/pod/web"])
        #expect(state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now).isEmpty)
        let changed = state.apply(Sample.reading([("a.yaml", Sample.pod("web", image: "web:2"))]), now: Sample.now)
        #expect(changed.map(\.summary) == ["insert demo/pod/web"])
    }

    @Test func aNodeRegistersAndReports() throws {
        var state = Self.state([])
        let node = Content(["metadata": ["name": "edge", "labels": ["a": "b"]], "status": .object([])])
        let made = try Self.answer(state.take(Self.frame(.insert, "null/node/edge", node), at: Sample.moment))
        #expect(made["Err"] == .null)
        #expect(made["Object"]?["metadata"]?["labels"]?["a"] == "b")
        let patch = Content(text: #"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#)
        let effects = state.take(Self.frame(.patch, "null/nodepatch/edge", patch), at: Sample.moment)
        #expect(try Self.answer(effects)["Object"]?["status"]?["conditions"]?.elements.count == 1)
        #expect(effects?.writes.map(\.path) == ["null/nodepatch/edge.json", "null/node/edge.json"])
        let asked = try Self.answer(state.take(Self.frame(.query, "null/node/edge"), at: Sample.moment))
        #expect(asked["kind"] == "Node")
        // A restart finds the node again.
        var next = DirectoryState(now: 1)
        next.restore(ResourcePath(namespace: "null", type: .node, id: "edge"), asked)
        let twice = try Self.answer(next.take(Self.frame(.insert, "null/node/edge", node), at: Sample.moment))
        #expect(twice["Err"]?["ErrStatus"]?["reason"] == "AlreadyExists")
    }

    @Test func aClassicNodeRegistersAndReports() throws {
        var state = Self.state([])
        let made = try Self.take(
            &state,
            Self.frame(.insert, "default/nodestatus/edge", Content(["metadata": ["name": "edge"]])))
        #expect(made.replies.map(\.content) == [.ok])
        #expect(made.replies.first?.route.resource == "default/node/edge")
        let status: JSONValue = ["UID": "", "Status": ["phase": "Running"], "ExtendResources": .null]
        let told = try Self.take(&state, Self.frame(.update, "default/nodestatus/edge", Content(status)))
        #expect(told.pushes.map(\.summary) == ["update null/node/edge"])
    }

    @Test func aLeaseIsKeptUnderItsVersion() throws {
        var state = Self.state([])
        let resource = "kube-node-lease/lease/edge"
        let made = try Self.answer(
            state.take(Self.frame(.insert, resource, Content(["spec": ["renewTime": "1"]])), at: Sample.moment))
        var lease = try #require(made["Object"])
        lease["spec"] = ["renewTime": "2"]
        let renewed = try Self.answer(state.take(Self.frame(.update, resource, Content(lease)), at: Sample.moment))
        #expect(renewed["Object"]?["spec"]?["renewTime"] == "2")
        let stale = try Self.answer(state.take(Self.frame(.update, resource, Content(lease)), at: Sample.moment))
        #expect(stale["Err"]?["ErrStatus"]?["reason"] == "Conflict")
    }

    @Test(arguments: [
        ("../../etc", "pod", "passwd", "%2E./..%2Fetc"), ("demo", "pod", "..", "demo/pod"),
        ("demo", "pod", "a/../../b", "demo/pod"),
    ])
    func whatComesUpNeverLeadsOutOfTheStatusFolder(_ row: (String, String, String, String)) {
        let path = StatusWrite.path(ResourcePath(namespace: row.0, type: ResourceType(row.1), id: row.2))
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        #expect(parts.allSatisfy { !$0.hasPrefix(".") })
        let long = ResourcePath(namespace: "demo", type: .pod, id: String(repeating: "x", count: 253))
        #expect(StatusWrite.path(long).split(separator: "/").allSatisfy { $0.utf8.count <= 255 })
    }
}
