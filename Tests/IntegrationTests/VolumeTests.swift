#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// Volumes, lists and the frames that pass by, through the real binary.
    @Suite("Other operations of the cloud", .serialized, .timeLimit(.minutes(5)))
    struct VolumeTests {
        static let volumes = ["createvolume", "deletevolume", "controllerpublishvolume", "controllerunpublishvolume"]

        @Test("a volume's work is asked of edged, its answer goes back to the cloud", arguments: volumes)
        func volume(word: String) async throws {
            try await Node.with { node in
                let request = node.cloud.message(
                    Beehive.Operation(word), "default/volume/v", content: Content(text: "work"))
                node.cloud.send(request)
                let edged = try node.client(.edged)
                for await message in edged.messages where message.route.operation == request.route.operation {
                    #expect(message.header.sync && message.content == request.content)
                    try await edged.respond(to: message, content: Content(text: "done"))
                    break
                }
                _ = try await node.cloud.waitForMessage(.response, "default/volume/v")
                #expect(node.cloud.answers(to: request.id).map(\.content) == [Content(text: "done")])
            }
        }

        @Test("cure: a volume that edged does not work on in time is an error answer, never an empty success")
        func volumeTimeout() async throws {
            try await Node.with(settings: ["meta.volume.timeout=1"]) { node in
                let request = node.cloud.message(.createVolume, "default/volume/v", content: Content(text: "work"))
                node.cloud.send(request)
                _ = try await node.cloud.waitForMessage(.error, "default/volume/v")
                #expect(node.cloud.answers(to: request.id).map(\.route.operation) == [.error])
            }
        }

        @Test("cure: bad elements of a list do not lose the rest; an error names them, beside the ack")
        func badElements() async throws {
            try await Node.with { node in
                let list = node.cloud.message(
                    .update, "demo/servicelist/x",
                    content: Objects.content(
                        #"[{"metadata":{"name":"a"}},7,{"metadata":{}},{"metadata":{"name":"b"}}]"#))
                try await node.push(list)
                let answers = node.cloud.answers(to: list.id)
                #expect(answers.filter { $0.content.isOK }.count == 1)
                let error = try #require(answers.first { $0.route.operation == .error }?.content.string)
                #expect(error.contains("element 1") && error.contains("element 2"))
                #expect(try await node.stored("demo/service/a").count == 1)
                #expect(try await node.stored("demo/service/b").count == 1)
            }
        }

        @Test(
            "cure: a message that cannot be stored holds up nobody",
            arguments: ["demo", "/pod/web", "demo//web", ""])
        func refusedForGood(resource: String) async throws {
            try await Node.with { node in
                let bad = node.cloud.message(.update, resource, content: Objects.json("Pod", "web"))
                try await node.push(bad)
                #expect(
                    node.cloud.answers(to: bad.id).map(\.route.operation).sorted { $0.rawValue < $1.rawValue } == [
                        .error, .response,
                    ])
                let good = node.cloud.message(.update, "demo/pod/good", content: Objects.json("Pod", "good"))
                try await node.push(good)
                #expect(try await node.stored("default/pod").count == 1)
            }
        }

        @Test("twin's and the buses' frames pass by, as they came")
        func passing() async throws {
            try await Node.with { node in
                try await node.with(.serviceBus) { bus in
                    let twin = node.cloud.message(
                        .update, "device/d/twin/cloud_updated", content: Objects.content(#"{"x":1}"#), group: .twin)
                    node.cloud.send(twin)
                    let user = node.cloud.message("upload", "sb/r", content: Objects.content(#"{"y":1}"#), group: .user)
                    node.cloud.send(user)
                    for await message in bus.messages where message.id == user.id {
                        #expect(message.content == user.content)
                        break
                    }
                    for await message in try node.client(.twin).messages where message.id == twin.id {
                        #expect(message.content == twin.content && message.route == twin.route)
                        break
                    }
                }
            }
        }

        @Test("a pod's deletion takes its status, its patch and what of them waits along")
        func podDeletion() async throws {
            try await Node.with { node in
                node.cloud.setWithholdingPongs(true)
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                _ = try await node.ask(.edged, .update, "demo/podstatus/web", Objects.content(#"{"a":1}"#))
                try await node.push(node.cloud.message(.delete, "demo/pod/web", content: Objects.json("Pod", "web")))
                #expect(try await node.stored("demo/podstatus/web").isEmpty)
                let list = try await Program.run([
                    "outbox", "list", "-o", "json", "--socket", try #require(node.daemon).apiPath,
                ])
                #expect(list.json?.elements.isEmpty == true)
            }
        }
    }
#endif
