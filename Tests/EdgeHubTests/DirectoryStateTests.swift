import Beehive
import Testing

@testable import EdgeHub

@Suite struct DirectoryStateTests {
    struct Step: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: [(String, String)]
        let after: [(String, String)]
        let pushes: [String]
    }

    static let steps: [Step] = [
        Step(
            testDescription: "nothing changes", before: [("a.yaml", Sample.pod("web"))],
            after: [("a.yaml", Sample.pod("web"))], pushes: []),
        Step(
            testDescription: "a comment is no change", before: [("a.yaml", Sample.pod("web"))],
            after: [("a.yaml", "# said otherwise\n" + Sample.pod("web"))], pushes: []),
        Step(
            testDescription: "an object moves to another file", before: [("a.yaml", Sample.pod("web"))],
            after: [("b.yaml", Sample.pod("web"))], pushes: []),
        Step(
            testDescription: "a pod changes", before: [("a.yaml", Sample.pod("web"))],
            after: [("a.yaml", Sample.pod("web", image: "web:2"))], pushes: ["update demo/pod/web"]),
        Step(
            testDescription: "what pods need comes before them", before: [],
            after: [
                ("a.yaml", Sample.pod("web")), ("b.yaml", Sample.configMap("app", "1")),
                ("c.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: demo}}"),
                ("d.yaml", "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: demo}}"),
                ("e.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: demo}}"),
            ],
            pushes: [
                "insert default/namespace/demo", "insert demo/configmap/app", "update demo/secret/key",
                "insert demo/service/web", "insert demo/pod/web",
            ]),
        Step(
            testDescription: "pods go before what they need",
            before: [("a.yaml", Sample.pod("web")), ("b.yaml", Sample.configMap("app", "1"))], after: [],
            pushes: ["delete demo/pod/web", "delete demo/configmap/app"]),
        Step(
            testDescription: "a broken file keeps its objects",
            before: [("a.yaml", Sample.configMap("app", "1")), ("b.yaml", Sample.configMap("other", "1"))],
            after: [("a.yaml", "apiVersion: v1\nkind: [\n")], pushes: ["delete demo/configmap/other"]),
        Step(
            testDescription: "an object that stands twice is taken once, from the first file", before: [],
            after: [("b.yaml", Sample.configMap("app", "2")), ("a.yaml", Sample.configMap("app", "1"))],
            pushes: ["insert demo/configmap/app"]),
    ]

    @Test(arguments: steps) func tellsOnlyDifferences(_ step: Step) {
        var state = Sample.state()
        _ = state.apply(Sample.reading(step.before), now: Sample.now)
        let pushes = state.apply(Sample.reading(step.after), now: Sample.now)
        #expect(pushes.map(\.summary) == step.pushes)
    }

    @Test func anObjectIsSentAsACloudWouldSendIt() throws {
        var state = Sample.state()
        let push = try #require(state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now).first)
        let message = push.message(id: "m1", at: Sample.moment)
        #expect(message.route.source == .edgeController)
        #expect(message.route.group == .resource)
        #expect(message.header.resourceVersion == "\(push.version)")
        #expect(push.version > Sample.now)
        let metadata = try #require(push.value["metadata"])
        #expect(push.value["kind"] == "Pod")
        #expect(metadata["uid"]?.text == StableDigest.uid("demo/pod/web"))
        #expect(metadata["uid"]?.text?.utf8.count == 36)
        #expect(metadata["resourceVersion"]?.text == "\(push.version)")
        #expect(metadata["creationTimestamp"]?.text == "2026-01-01T00:00:00Z")
    }

    @Test func aDeleteCarriesTheLastObjectWithANewerVersion() throws {
        var state = Sample.state()
        let first = try #require(state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now).first)
        let last = try #require(state.apply(Sample.reading([]), now: Sample.now).first)
        #expect(last.operation == .delete)
        #expect(last.version > first.version)
        #expect(last.value["spec"]?["containers"] == first.value["spec"]?["containers"])
        #expect(last.value["metadata"]?["uid"] == first.value["metadata"]?["uid"])
    }

    @Test func aSyntaxErrorIsToldWithItsPlace() {
        var state = Sample.state()
        _ = state.apply(Sample.reading([("a.yaml", "apiVersion: v1\nkind: [\n")]), now: Sample.now)
        #expect(state.problems.count == 1)
        #expect(state.problems.first?.hasPrefix("a.yaml:") == true)
    }

    @Test func moreFilesThanAreReadDeleteNothing() {
        var state = Sample.state()
        _ = state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now)
        var reading = Sample.reading([])
        reading.isTruncated = true
        #expect(state.apply(reading, now: Sample.now).isEmpty)
        reading.isTruncated = false
        reading.unlisted = ["sub"]
        #expect(state.apply(reading, now: Sample.now).map(\.summary) == ["delete demo/pod/web"])
    }

    @Test func plainTextOfASecretIsEncoded() throws {
        var state = Sample.state()
        let text = "{apiVersion: v1, kind: Secret, metadata: {name: key}, stringData: {a: hello, b: hi}}"
        let push = try #require(state.apply(Sample.reading([("a.yaml", text)]), now: Sample.now).first)
        #expect(push.value["data"]?["a"] == "aGVsbG8=")
        #expect(push.value["data"]?["b"] == "aGk=")
        #expect(push.value["stringData"] == nil)
    }

    @Test func aRestartTellsOnlyWhatIsNotAcknowledged() throws {
        var state = Sample.state()
        let files = [("a.yaml", Sample.configMap("app", "1")), ("b.yaml", Sample.configMap("late", "1"))]
        let pushes = state.apply(Sample.reading(files), now: Sample.now)
        state.acknowledged(try #require(pushes.first))
        var next = DirectoryState(now: 1, ids: MessageIDSource(seed: 8))
        #expect(DirectoryMemory.decode(DirectoryMemory.encode(state), into: &next))
        let told = next.apply(Sample.reading(files), now: Sample.now)
        #expect(told.map(\.summary) == ["update demo/configmap/late"])
        #expect(told.first?.version == pushes.last?.version)
        let changed = next.apply(Sample.reading([("a.yaml", Sample.configMap("app", "2"))]), now: Sample.now)
        #expect(changed.map(\.summary) == ["update demo/configmap/app", "delete demo/configmap/late"])
        #expect(changed.allSatisfy { $0.version > state.version })
    }

    @Test func aDeletionBeforeTheRestartIsToldUntilAcknowledged() throws {
        var state = Sample.state()
        _ = state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now)
        _ = state.apply(Sample.reading([]), now: Sample.now)
        var next = DirectoryState(now: 1, ids: MessageIDSource(seed: 8))
        _ = DirectoryMemory.decode(DirectoryMemory.encode(state), into: &next)
        let told = try #require(next.apply(Sample.reading([]), now: Sample.now).first)
        #expect(told.summary == "delete demo/pod/web")
        #expect(told.value["metadata"]?["uid"]?.text == StableDigest.uid("demo/pod/web"))
        next.acknowledged(told)
        #expect(next.deletions.isEmpty)
    }

    @Test func aFileThatIsRemovedWhileStoppedIsADeletion() {
        var state = Sample.state()
        for push in state.apply(Sample.reading([("a.yaml", Sample.pod("web"))]), now: Sample.now) {
            state.acknowledged(push)
        }
        var next = DirectoryState(now: 1, ids: MessageIDSource(seed: 8))
        _ = DirectoryMemory.decode(DirectoryMemory.encode(state), into: &next)
        #expect(next.apply(Sample.reading([]), now: Sample.now).map(\.summary) == ["delete demo/pod/web"])
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func anyRunOfChangesEndsInWhatTheFolderSays(_ seed: UInt64) {
        var random = Seeded(state: seed)
        var state = Sample.state()
        var node: [String: String] = [:]
        var versions: [String: Int64] = [:]
        for _ in 0..<200 {
            var files: [(String, String)] = []
            for name in ["a", "b", "c", "d"] where random.next() % 3 != 0 {
                files.append(("\(name).yaml", Sample.configMap(name, "\(random.next() % 3)")))
            }
            for push in state.apply(Sample.reading(files), now: Sample.now) {
                #expect(push.version > versions[push.key] ?? 0, "seed \(seed)")
                versions[push.key] = push.version
                node[push.key] = push.operation == .delete ? nil : push.value["data"]?["key"]?.text
                if random.next() % 2 == 0 { state.acknowledged(push) }
            }
            if random.next() % 10 == 0 {
                var next = DirectoryState(now: 1, ids: MessageIDSource(seed: seed))
                #expect(DirectoryMemory.decode(DirectoryMemory.encode(state), into: &next), "seed \(seed)")
                for push in next.apply(Sample.reading(files), now: Sample.now) where push.operation != .delete {
                    #expect(node[push.key] == push.value["data"]?["key"]?.text, "seed \(seed)")
                }
                state = next
            }
            let wanted = Set(files.map { "demo/configmap/\($0.0.dropLast(5))" })
            #expect(Set(node.keys) == wanted, "seed \(seed)")
        }
    }

    struct Seeded {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}
