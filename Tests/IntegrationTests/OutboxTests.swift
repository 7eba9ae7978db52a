#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import NIOCore
    import NIOPosix
    import Testing

    /// What waits for the cloud, and the periodic push of statuses, through the real binary.
    @Suite("Outbox", .serialized, .timeLimit(.minutes(5)))
    struct OutboxTests {
        @Test("what was sent and not proven goes again after a cut, under the same id")
        func cut() async throws {
            try await Node.with { node in
                node.cloud.setWithholdingPongs(true)
                let edged = try node.client(.edged)
                let event = edged.message(.insert, "demo/event/e", content: Objects.content("{}"))
                _ = try await edged.request(event, within: .seconds(60))
                _ = try await node.cloud.waitForMessage(.insert, "demo/event/e")
                let before = node.cloud.received.count
                await node.cloud.cut()
                let again = try await node.cloud.waitForMessage(.insert, "demo/event/e", from: before)
                #expect(again.id == event.id && again.content == event.content)
                // Proven at last: it goes no third time.
                node.cloud.setWithholdingPongs(false)
                try await node.flush()
                let proven = node.cloud.received.count
                await node.cloud.cut()
                _ = try await node.cloud.waitForNode(connection: 3)
                try await node.flush("later")
                #expect(node.cloud.received[proven...].allSatisfy { $0.message?.id != event.id })
            }
        }

        @Test("what was answered OK survives a kill -9, under the same ids and in order")
        func kill() async throws {
            let cloud = try await FakeCloud.start()
            await cloud.goAway()
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let first = try DaemonFixture(cloud: cloud)
            try await first.waitUntilReady()
            let edged = try await BeehiveModuleClient.patient(path: first.modulePath, name: .edged, on: group)
            var ids: [String] = []
            for number in 0..<20 {
                let event = edged.message(.insert, "demo/event/e\(number)", content: Objects.content("{}"))
                #expect(try await edged.request(event, within: .seconds(60)).content.isOK)
                ids.append(event.id)
            }
            first.crash()
            await edged.close()
            try await cloud.comeBack()
            let second = try DaemonFixture(cloud: cloud, folder: first.folder)
            try await second.waitUntilReady()
            _ = try await cloud.waitForMessage(.insert, "demo/event/e19")
            #expect(cloud.messages.filter { $0.route.operation == .insert }.map(\.id) == ids)
            #expect(try await second.terminate() == 0)
            await cloud.stop()
            try await group.shutdownGracefully()
        }

        @Test("states of a key coalesce to the last, facts all go in order, node status first")
        func order() async throws {
            try await Node.with { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await node.goOffline()
                let edged = try node.client(.edged)
                var statuses: [String] = []
                for number in 0..<5 {
                    _ = try await node.ask(.edged, .insert, "demo/event/e\(number)", Objects.content("{}"))
                    let status = edged.message(
                        .update, "demo/podstatus/web", content: Objects.content("{\"n\":\(number)}"))
                    _ = try await edged.request(status, within: .seconds(60))
                    statuses.append(status.id)
                }
                _ = try await node.ask(.edged, .update, "default/nodestatus/node-1", Objects.content("{}"))
                try await node.goOnline()
                try await node.flush()
                let sent = node.cloud.messages.filter { $0.route.source == .edged }
                    .filter { $0.route.operation != .query && $0.route.operation != .response }
                #expect(
                    sent.map(\.route.resource) == ["default/nodestatus/node-1", "demo/podstatus/web"]
                        + (0..<5).map { "demo/event/e\($0)" })
                #expect(node.sent(.update, "demo/podstatus/web").map(\.id) == [statuses[4]])
            }
        }

        @Test("states of one key go up in the order they came")
        func orderOfKey() async throws {
            try await Node.with { node in
                let edged = try node.client(.edged)
                let all = (1...200).map {
                    edged.message(.update, "demo/podstatus/web", content: Objects.content("{\"n\":\($0)}"))
                }
                try await edged.send(all)
                _ = try await node.cloud.waitFor("the last") { $0.message?.id == all[199].id }
                let sent = node.sent(.update, "demo/podstatus/web").map(\.id)
                let places = sent.compactMap { id in all.firstIndex { $0.id == id } }
                #expect(places == places.sorted() && Set(sent).count == sent.count)
            }
        }

        @Test("cure: statuses are pushed each second, one message per namespace; one without a pod goes")
        func podStatusSync() async throws {
            try await Node.with(settings: ["meta.sync.podstatus.interval=1"]) { node in
                for key in ["a/x", "b/y"] {
                    let parts = key.split(separator: "/")
                    let pod = Objects.json("Pod", String(parts[1]), uid: key)
                    try await node.push(node.cloud.message(.insert, "\(parts[0])/pod/\(parts[1])", content: pod))
                    _ = try await node.ask(
                        .edged, .update, "\(parts[0])/podstatus/\(parts[1])", Objects.content("{\"UID\":\"\(key)\"}"))
                }
                _ = try await node.ask(.edged, .update, "a/podstatus/orphan", Objects.content(#"{"UID":"o"}"#))
                try await node.until("two pushes") { node.sent(.update, "b/podstatus").count >= 2 }
                for (namespace, uid) in [("a", "a/x"), ("b", "b/y")] {
                    let last = try #require(node.sent(.update, "\(namespace)/podstatus").last)
                    #expect(last.content == Objects.content("[{\"UID\":\"\(uid)\"}]"))
                    #expect(last.route.source == .metaManagerClassic && last.route.group == .resource)
                }
                #expect(try await node.stored("a/podstatus/orphan").isEmpty)
                // Answers to them are swallowed.
                let push = try #require(node.sent(.update, "a/podstatus").last)
                node.cloud.send(node.cloud.response(to: push, content: .ok))
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/m" }
                #expect(!seen.contains { $0.route.resource.hasSuffix("podstatus") })
            }
        }

        @Test("a module that asks for the sync by hand is none of the program's own")
        func syncByHand() async throws {
            try await Node.with { node in
                let told = try await node.ask(.edged, .metaInternalSync, "podstatus", .null, group: .resource)
                #expect(told.route.operation == .error)
            }
        }
    }
#endif
