import Beehive
import FakeCloud
import Testing

/// The recorded requests of the edge, put to the fake cloud: its answers have the form of the real ones.
@Suite(.timeLimit(.minutes(3)))
struct RecordedAnswerTests {
    static let node = "edge-node-1"

    /// Plays the requests of a recording in order; answers must agree with the recorded ones, and be missing where those are.
    private func play(
        _ name: String, on cloud: FakeCloudCore, _ edge: EdgeClient,
        change: (inout Message, [Message]) -> Void = { _, _ in }
    ) async throws -> [Message?] {
        let recording = try Recording(name)
        var answers: [Message?] = []
        for recorded in recording.requests {
            var request = recorded
            change(&request, answers.compactMap { $0 })
            edge.send(MessageEncoder.encode(request))
            guard let wanted = recording.answer(to: recorded) else {
                // A ping behind it proves that it was read, and an answer of this class comes at once.
                try await edge.settle()
                #expect(!edge.messages.contains { $0.header.parentID == request.id }, "\(recorded.route)")
                answers.append(nil)
                continue
            }
            let answer = try await edge.answer(to: request.id)
            let hint: Comment = "\(recorded.route.operation) of \(recorded.route.resource)"
            #expect(answer.route == wanted.route, hint)
            #expect(answer.header.resourceVersion.isEmpty == wanted.header.resourceVersion.isEmpty, hint)
            #expect(Shape.of(answer.tree, depth: 4) == Shape.of(wanted.tree, depth: 4), hint)
            #expect(answer.reason == wanted.reason, hint)
            for path in [["ErrStatus"], ["Err", "ErrStatus"]] {
                let ours = path.reduce(Optional(answer.tree)) { $0?[$1] }
                let theirs = path.reduce(Optional(wanted.tree)) { $0?[$1] }
                // Word for word, in the same order.
                if !(wanted.tree["Err"] != nil && path.count == 1) { #expect(ours == theirs, hint) }
            }
            answers.append(answer)
        }
        return answers
    }

    private func withEdge(_ body: (FakeCloudCore, EdgeClient) async throws -> Void) async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud, node: Self.node)
            try await body(cloud, edge)
            await edge.close()
        }
    }

    @Test("registration: absent, inserted, refused, queried, patched, updated")
    func registration() async throws {
        try await withEdge { cloud, edge in
            _ = try await play("02-node-register", on: cloud, edge)
            let node = try await cloud.object("Node", "", Self.node)
            #expect(node?["metadata"]?["labels"]?["zone"]?.text == "test")
            #expect(node?["status"]?["conditions"]?.elements.count == 1)
            #expect(node?["status"]?["conditions"]?.elements[0]["lastHeartbeatTime"]?.text == "2026-01-01T00:01:00Z")
            let pushed = try await edge.push(.update, "null/node/\(Self.node)")
            let recorded = try #require(try Recording("02-node-register").push(.update, "null/node/\(Self.node)"))
            #expect(Shape.of(pushed.tree, depth: 2) == Shape.of(recorded.tree, depth: 2))
        }
    }

    @Test("leases: absent, inserted, queried, updated, stale, bad insert")
    func lease() async throws {
        try await withEdge { cloud, edge in
            _ = try await play("03-node-lease", on: cloud, edge) { request, answers in
                // The recorded versions are another cluster's: 266 stands for the first one of ours.
                guard let version = answers.dropFirst().first?.tree["Object"]?["metadata"]?["resourceVersion"] else {
                    return
                }
                var tree = request.tree
                guard tree["metadata"]?["resourceVersion"] != nil else { return }
                tree["metadata"]?["resourceVersion"] = version
                request.content = Content(tree)
            }
        }
    }

    /// The pod that the recordings tell of.
    private func applyPod(_ cloud: FakeCloudCore) async throws {
        let recorded = try #require(try Recording("04-pod-create").push(.insert, "demo/pod/web"))
        try await cloud.setNode(Self.node)
        try await cloud.apply(recorded.tree)
        try await cloud.apply(configMap("settings", "x"))
    }

    @Test(
        "pod states: patch and its echo, wrong uid, absent pod, no JSON; the old way, one and many, and an unknown pod")
    func podStatus() async throws {
        try await withEdge { cloud, edge in
            try await applyPod(cloud)
            _ = try await play("06-pod-status", on: cloud, edge)
            let echo = try await edge.push(.update, "demo/pod/web")
            #expect(echo.tree["status"]?["phase"]?.text == "Running")
            let gone = try await edge.push(.delete, "demo/pod/absent")
            let recorded = try #require(try Recording("06-pod-status").push(.delete, "demo/pod/absent"))
            #expect(gone.content == recorded.content)
        }
    }

    @Test("queries: found and not found, without answer, and the volume that is deleted again")
    func queries() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            $0.syncPeriod = .milliseconds(50)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud, node: Self.node)
            let recording = try Recording("08-queries")
            for line in recording.lines where line.isDown && line.message.tree["metadata"]?["uid"] != nil {
                if line.message.tree["kind"]?.text != nil { try await cloud.apply(line.message.tree) }
            }
            _ = try await play("08-queries", on: cloud, edge)
            let gone = try await edge.push(.delete, "default/persistentvolume/vol1")
            let recorded = try #require(recording.push(.delete, "default/persistentvolume/vol1"))
            #expect(gone.tree == recorded.tree)
            #expect(try await cloud.object("PersistentVolume", "", "vol1") != nil)
            await edge.close()
        }
    }

    @Test("a pod's deletion: marked, reported, deleted by the edge, and again without harm")
    func podDelete() async throws {
        try await withEdge { cloud, edge in
            try await applyPod(cloud)
            _ = try await edge.push(.insert, "demo/pod/web")
            try await cloud.remove("Pod", "demo", "web")
            let marked = try await edge.push(.update, "demo/pod/web")
            #expect(marked.tree["metadata"]?["deletionTimestamp"]?.text != nil)
            #expect(marked.tree["metadata"]?["deletionGracePeriodSeconds"]?.integer == 30)
            _ = try await play("09-pod-delete", on: cloud, edge)
            let deleted = try await edge.push(.delete, "demo/pod/web")
            #expect(!deleted.header.resourceVersion.isEmpty)
            #expect(try await cloud.object("Pod", "demo", "web") == nil)
        }
    }

    @Test("certificate request, mirror pod, the old registration, and what is never answered")
    func others() async throws {
        try await withEdge { cloud, edge in
            try await cloud.setNode(Self.node)
            _ = try await play("20-other-upstream", on: cloud, edge)
            _ = try await edge.push(.insert, "demo/pod/static-web")
        }
    }

    @Test("events are taken without an answer")
    func events() async throws {
        try await withEdge { cloud, edge in
            let answers = try await play("07-events", on: cloud, edge)
            #expect(answers.allSatisfy { $0 == nil })
            #expect(cloud.requests(of: Self.node).count == answers.count)
        }
    }
}
