import Beehive
import FakeCloud
import Testing

/// One message at a time, until it is acked.
@Suite(.timeLimit(.minutes(3)))
struct LineTests {
    private static var quick: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.ackWait = .milliseconds(60)
        settings.syncPeriod = .milliseconds(50)
        return settings
    }

    private static var slow: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.ackWait = .seconds(600)
        settings.syncPeriod = .seconds(600)
        return settings
    }

    @Test("the next message waits for the ack of the one before")
    func serial() async throws {
        try await withCloud(Self.slow) { cloud in
            let edge = try await EdgeClient.connect(cloud, isAcking: false)
            for number in 1...3 {
                try await cloud.push(
                    cloud.message(.update, "demo/configmap/c\(number)", content: .ok, version: "\(number)"),
                    to: "edge-1")
            }
            for number in 1...3 {
                let message = try await edge.push(.update, "demo/configmap/c\(number)")
                try await edge.settle()
                #expect(edge.messages.count == number)
                // An error is no ack.
                edge.send(.error, message.route.resource, Content(text: "no"), parent: message.id)
                try await edge.settle()
                #expect(edge.messages.count == number)
                edge.ack(message)
            }
            try await cloud.wait(for: "the last ack") { frame in
                frame.message?.route.operation == .response && frame.message?.route.resource == "demo/configmap/c3"
            }
            #expect(cloud.ackLatencies.map(\.resource) == (1...3).map { "demo/configmap/c\($0)" })
            #expect(cloud.ackLatencies.allSatisfy { $0.nanoseconds > 0 && $0.sendings == 1 })
            await edge.close()
        }
    }

    @Test("what is not acked comes five times with the same bytes, then the next has its turn, then it comes again")
    func resend() async throws {
        try await withCloud(Self.quick) {
            $0.syncPeriod = .seconds(600)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud, isAcking: false)
            let first = try await cloud.message(.update, "demo/configmap/a", content: .ok, version: "1")
            let second = try await cloud.message(.update, "demo/configmap/b", content: .ok, version: "1")
            try await cloud.push([first, second], to: "edge-1")
            let messages = try await edge.eventually("eleven messages") {
                edge.messages.count >= 11 ? Array(edge.messages.prefix(11)) : nil
            }
            let names = messages.map { String($0.route.resource.suffix(1)) }.joined()
            #expect(names == "aaaaabbbbba")
            #expect(Set(messages.map(\.id)).count == 2)
            #expect(cloud.counters.givenUp >= 2)
            await edge.close()
        }
    }

    @Test("a newer change of an object takes the slot of one that waits")
    func overwrite() async throws {
        try await withCloud(Self.slow) { cloud in
            try await cloud.setNode("edge-1")
            let edge = try await EdgeClient.connect(cloud)
            try await edge.stopAcking(cloud)
            try await cloud.apply(pod("block"))
            let first = try await edge.push(.insert, "demo/pod/block")
            try await cloud.apply(pod("web", note: "1"))
            try await cloud.apply(pod("web", note: "2"))
            try await cloud.apply(pod("web", note: "3"))
            edge.setAcking(true)
            edge.ack(first)
            let web = try await edge.push(.update, "demo/pod/web")
            #expect(web.tree["metadata"]?["labels"]?["note"]?.text == "3")
            try await cloud.waitForAck(of: web.id)
            #expect(!edge.messages.contains { $0.route.operation == .insert && $0.route.resource == "demo/pod/web" })
            await edge.close()
        }
    }

    @Test("an answer waits behind a push that is not acked; one that needs no ack does not")
    func headOfLine() async throws {
        try await withCloud(Self.slow) { cloud in
            try await cloud.setNode("edge-1")
            try await cloud.apply(configMap("other", "v"))
            let edge = try await EdgeClient.connect(cloud)
            try await edge.stopAcking(cloud)
            try await cloud.apply(pod("block"))
            let block = try await edge.push(.insert, "demo/pod/block")
            let query = edge.send(.query, "demo/configmap/other")
            _ = try await edge.ask(.query, "null/node/edge-1")
            #expect(!edge.messages.contains { $0.header.parentID == query })
            edge.ack(block)
            #expect(try await edge.answer(to: query).tree["data"]?["text"]?.text == "v")
            await edge.close()
        }
    }

    @Test("after a reconnect only differences come, as updates and as deletes with name, namespace and uid")
    func resync() async throws {
        try await withCloud(Self.quick) { cloud in
            try await cloud.setNode("edge-1")
            var edge = try await EdgeClient.connect(cloud)
            for name in ["stays", "grows", "goes"] { try await cloud.apply(pod(name)) }
            for name in ["stays", "grows", "goes"] {
                try await cloud.waitForAck(of: edge.push(.insert, "demo/pod/\(name)").id)
            }
            let uid = try await cloud.object("Pod", "demo", "goes")?["metadata"]?["uid"]
            await edge.close()
            try await cloud.wait(for: "the end") { if case .disconnected = $0.event { true } else { false } }
            try await cloud.apply(pod("grows", note: "more"))
            try await cloud.apply(pod("comes"))
            try await cloud.remove("Pod", "demo", "goes", grace: 0)
            edge = try await EdgeClient.connect(cloud, greets: false)
            edge.keepalive()
            let grown = try await edge.push(.update, "demo/pod/grows")
            #expect(grown.tree["metadata"]?["labels"]?["note"]?.text == "more")
            // What was first sent while the node was away comes as an update, too.
            _ = try await edge.push(.update, "demo/pod/comes")
            let gone = try await edge.push(.delete, "demo/pod/goes")
            #expect(gone.header.resourceVersion.isEmpty)
            #expect(gone.tree == ["metadata": ["name": "goes", "namespace": "demo", "uid": uid ?? .null]])
            try await cloud.waitForAck(of: gone.id)
            try await cloud.waitForAck(of: grown.id)
            try await cloud.synchronize()
            try await edge.settle()
            #expect(!edge.messages.contains { $0.route.resource == "demo/pod/stays" })
            #expect(try await cloud.syncs(of: "edge-1")["Pod/demo/goes"] == nil)
            await edge.close()
        }
    }

    @Test("acks that are lost bring the message again; a late one is not missed")
    func droppedAcks() async throws {
        try await withCloud(Self.quick) {
            $0.syncPeriod = .seconds(600)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.dropNextAcks(2, of: "edge-1")
            let message = try await cloud.message(.update, "demo/configmap/c", content: .ok, version: "1")
            try await cloud.push(message, to: "edge-1")
            _ = try await edge.eventually("three sendings") { edge.messages.count >= 3 ? true : nil }
            _ = try await edge.eventually("the ack") { cloud.counters.acks == 1 ? true : nil }
            #expect(Set(edge.messages.map(\.id)) == [message.id])
            await edge.close()
        }
    }

    @Test("1.2 keeps its queue over a cut and forgets a message after five sendings")
    func classic() async throws {
        var settings = FakeCloudCore.Settings(generation: .classic)
        // The cut has to come before the fifth sending, also on a slow machine.
        settings.ackWait = .seconds(1)
        settings.syncPeriod = .seconds(600)
        try await withCloud(settings) { cloud in
            var edge = try await EdgeClient.connect(cloud, isAcking: false)
            let first = try await cloud.message(.update, "demo/configmap/a", content: .ok, version: "1")
            let second = try await cloud.message(.update, "demo/configmap/b", content: .ok, version: "1")
            try await cloud.push([first, second], to: "edge-1")
            _ = try await edge.push(.update, "demo/configmap/a")
            await edge.close()
            try await cloud.wait(for: "the end") { if case .disconnected = $0.event { true } else { false } }
            edge = try await EdgeClient.connect(cloud, isAcking: false, greets: false)
            edge.keepalive()
            _ = try await edge.eventually("both given up") { cloud.counters.givenUp == 2 ? true : nil }
            let all = try await edge.eventually("ten messages") { edge.messages.count >= 10 ? edge.messages : nil }
            #expect(all.map { String($0.route.resource.suffix(1)) }.joined() == "aaaaabbbbb")
            #expect(try await cloud.waiting(for: "edge-1") == 0)
            await edge.close()
        }
    }
}
