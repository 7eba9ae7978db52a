import Beehive
import FakeCloud
import Testing

/// What people are told, and what is kept for them.
@Suite(.timeLimit(.minutes(3)))
struct EventTests {
    @Test("events name nodes and objects, never what is in them")
    func events() async throws {
        let lines = Lock<[String]>([])
        try await withCloud(FakeCloudCore.Settings()) {
            $0.objects = [pod("web", note: "canary"), configMap("settings", "canary")]
            $0.onEvent = { line in lines.withLock { $0.append(line) } }
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.setNode("edge-1")
            try await cloud.merge("Pod", "demo", "web", ["metadata": ["labels": ["word": "canary"]]])
            let web = try await edge.push(.update, "demo/pod/web")
            try await cloud.waitForAck(of: web.id)
            _ = try await edge.ask(.query, "demo/configmap/settings")
            try await cloud.cut()
            try await edge.closed()
            _ = try await edge.eventually("the last event") {
                lines.withLock { $0.contains("edge-1 disconnected") } ? true : nil
            }
            let told = lines.withLock { $0 }
            #expect(told.contains("edge-1 connected"))
            #expect(told.contains("edge-1 acked demo/pod/web \(web.header.resourceVersion)"))
            #expect(!told.contains { $0.contains("canary") })
            #expect(!cloud.frames().contains { $0.description.contains("canary") })
        }
    }

    @Test("what changes nothing is not sent, and keeps its version")
    func unchanged() async throws {
        try await withCloud { cloud in
            try await cloud.setNode("edge-1")
            let edge = try await EdgeClient.connect(cloud)
            let first = try await cloud.apply(pod("web"))
            let again = try await cloud.apply(pod("web"))
            #expect(first == again)
            _ = try await edge.push(.insert, "demo/pod/web")
            try await edge.settle()
            #expect(edge.messages.count { $0.route.resource == "demo/pod/web" } == 1)
            await edge.close()
        }
    }

    @Test("the record is bounded in frames, and numbers go on")
    func bounded() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            $0.recordLimit = 10
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            for _ in 0..<50 { edge.send(.query, "demo/pod/none") }
            try await edge.settle()
            let frames = cloud.frames()
            #expect(frames.count == 10)
            #expect(frames.last?.number == cloud.nextNumber - 1)
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.number + 1 == $1.number })
            #expect(cloud.counters.framesUp == 51)
            #expect(cloud.frames(from: cloud.nextNumber - 3).count == 3)
            await edge.close()
        }
    }

    @Test("a wait has an end, and tells what came instead")
    func waitEnds() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await edge.settle()
            let error = await #expect(throws: FakeCloudError.self) {
                try await cloud.waitForMessage(.insert, "demo/event/none", within: .milliseconds(50))
            }
            #expect(error?.description.contains("edge-1#1 up keepalive node") == true)
            await edge.close()
        }
    }
}
