import Beehive
import FakeCloud
import Testing

/// Who is told of which object.
@Suite(.timeLimit(.minutes(3)))
struct ClusterTests {
    @Test("deleting the Node ends the session; registered again, its pods do not come by themselves")
    func nodeDelete() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            $0.syncPeriod = .milliseconds(30)
        } _: { cloud in
            try await cloud.setNode("edge-1")
            var edge = try await EdgeClient.connect(cloud)
            try await cloud.apply(pod("web"))
            try await cloud.waitForAck(of: edge.push(.insert, "demo/pod/web").id)
            try await cloud.remove("Node", "", "edge-1")
            try await edge.closed()
            #expect(edge.state.withLock { $0.closeFrames } == 0)
            edge = try await EdgeClient.connect(cloud, greets: false)
            edge.keepalive()
            try await cloud.setNode("edge-1")
            _ = try await edge.push(.update, "null/node/edge-1")
            try await cloud.synchronize()
            try await edge.settle()
            #expect(!edge.messages.contains { $0.route.resource == "demo/pod/web" })
            // A restart of the cloud goes through all.
            await edge.close()
            try await cloud.restart()
            edge = try await EdgeClient.connect(cloud, greets: false)
            _ = try await edge.push(.update, "demo/pod/web")
            await edge.close()
        }
    }

    @Test("config maps and secrets go to nodes whose pods name them, and are forgotten when deleted")
    func references() async throws {
        try await withCloud { cloud in
            try await cloud.setNode("edge-1")
            try await cloud.setNode("edge-2")
            let edge = try await EdgeClient.connect(cloud)
            let other = try await EdgeClient.connect(cloud, node: "edge-2")
            try await cloud.apply(configMap("settings", "1"))
            try await cloud.apply(pod("web"))
            _ = try await edge.push(.insert, "demo/pod/web")
            try await cloud.apply(configMap("settings", "2"))
            let update = try await edge.push(.update, "demo/configmap/settings")
            #expect(update.tree["data"]?["text"]?.text == "2")
            try await cloud.remove("ConfigMap", "demo", "settings")
            let gone = try await edge.push(.delete, "demo/configmap/settings")
            #expect(gone.tree["data"]?["text"]?.text == "2")
            try await cloud.waitForAck(of: gone.id)
            try await cloud.apply(configMap("settings", "3"))
            try await cloud.synchronize()
            try await edge.settle()
            try await other.settle()
            #expect(edge.messages.filter { $0.route.resource == "demo/configmap/settings" }.count == 2)
            #expect(!other.messages.contains { $0.route.resource.hasPrefix("demo/") })
            await edge.close()
            await other.close()
        }
    }

    @Test("pods of a node without the edge label are not sent")
    func noLabel() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.apply(pod("web"))
            try await cloud.synchronize()
            try await edge.settle()
            #expect(edge.messages.isEmpty)
            await edge.close()
        }
    }

    @Test("secrets come as updates with their data in base64")
    func secret() async throws {
        try await withCloud { cloud in
            let secret: JSONValue = [
                "kind": "Secret", "metadata": ["name": "login", "namespace": "demo"],
                "stringData": ["word": "test-only"],
            ]
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.apply(secret)
            let answer = try await edge.ask(.query, "demo/secret/login")
            #expect(answer.tree["data"]?["word"]?.text == "dGVzdC1vbmx5")
            #expect(answer.tree["stringData"] == nil)
            await edge.close()
        }
    }

    @Test("1.2: registration by nodestatus, pod states and absent things unanswered")
    func classic() async throws {
        try await withCloud(FakeCloudCore.Settings(generation: .classic)) { cloud in
            let edge = try await EdgeClient.connect(cloud)
            let inserted = try await edge.ask(
                .insert, "default/nodestatus/edge-1", Content(["metadata": ["name": "edge-1"]]))
            #expect(inserted.content.isOK)
            #expect(inserted.route.resource == "default/node/edge-1")
            let node = try await cloud.object("Node", "", "edge-1")
            #expect(node?["metadata"]?["labels"]?["node-role.kubernetes.io/edge"]?.text == "")
            let updated = try await edge.ask(
                .update, "default/nodestatus/edge-1", Content(["UID": "", "Status": ["phase": "x"]]))
            #expect(updated.content.isOK)
            try await cloud.apply(pod("web"))
            let web = try await edge.push(.insert, "demo/pod/web")
            let uid = web.tree["metadata"]?["uid"] ?? .null
            let report = edge.send(
                .update, "demo/podstatus/web", Content(["UID": uid, "Name": "web", "Status": ["phase": "Running"]]))
            let absent = edge.send(.query, "demo/configmap/absent")
            try await edge.settle()
            #expect(!edge.messages.contains { [report, absent].contains($0.header.parentID) })
            #expect(try await cloud.object("Pod", "demo", "web")?["status"]?["phase"]?.text == "Running")
            await edge.close()
        }
    }
}
