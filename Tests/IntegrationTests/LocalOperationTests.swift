#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// What modules of the node send, row by row (`docs/messages.md`, section 3), through the real binary.
    @Suite("Operations of local modules", .serialized, .timeLimit(.minutes(5)))
    struct LocalOperationTests {
        struct Write: Sendable, CustomTestStringConvertible {
            let operation: Beehive.Operation
            let resource: String
            var testDescription: String { "\(operation) of \(resource)" }
        }

        static let writes = [
            Write(operation: .insert, resource: "null/node/n"), Write(operation: .insert, resource: "demo/pod/n"),
            Write(operation: .insert, resource: "demo/lease/n"),
            Write(operation: .insert, resource: "demo/certificatesigningrequest/n"),
            Write(operation: .update, resource: "demo/lease/n"),
        ]

        @Test("a remote write asks under a new id; the answer is passed on, its object stored", arguments: writes)
        func remoteWrite(row: Write) async throws {
            try await Node.with { node in
                let answer = Objects.response(Objects.json("Thing", "n", version: "7"))
                node.answer(row.operation, row.resource, answer)
                let edged = try node.client(.edged)
                let request = edged.message(
                    row.operation, row.resource, content: Objects.json("Thing", "n", version: ""))
                let told = try await edged.request(request, within: .seconds(60))
                #expect(told.route.operation == .response && told.content == answer)
                let asked = try #require(node.sent(row.operation, row.resource).first)
                #expect(asked.id != request.id && !asked.header.sync && asked.content == request.content)
                try await node.until("the answer's ack") {
                    node.cloud.messages.contains {
                        $0.route.operation == .response && $0.route.resource == row.resource
                    }
                }
                try await node.goOffline()
                #expect(try await node.stored(row.resource).first?.contains(#""resourceVersion":"7""#) == true)
            }
        }

        @Test("with the link down a remote write fails at once, and never goes up", arguments: writes)
        func remoteWriteDown(row: Write) async throws {
            try await Node.with(isUp: false) { node in
                let told = try await node.ask(.edged, row.operation, row.resource, Objects.json("Thing", "n"))
                #expect(told.route.operation == .error && told.content.string?.contains("down") == true)
                try await node.goOnline()
                try await node.flush()
                #expect(node.sent(row.operation, row.resource).isEmpty)
            }
        }

        @Test("a Conflict of a lease reaches the caller, and nothing is stored")
        func conflict() async throws {
            try await Node.with { node in
                node.answer(.update, "demo/lease/n", Objects.refusal("Conflict"))
                let told = try await node.ask(.edged, .update, "demo/lease/n", Objects.json("Lease", "n"))
                #expect(told.route.operation == .response && told.content == Objects.refusal("Conflict"))
                try await node.goOffline()
                #expect(try await node.stored("demo/lease/n").isEmpty)
            }
        }

        @Test(
            "an event goes up as it came, under its own id, and is not stored",
            arguments: ["insert", "update", "patch"])
        func event(word: String) async throws {
            try await Node.with { node in
                let edged = try node.client(.edged)
                let event = edged.message(
                    Beehive.Operation(word), "demo/event/e", content: Objects.content(#"{"a":1}"#))
                #expect(try await edged.request(event, within: .seconds(60)).content.isOK)
                let up = try await node.cloud.waitForMessage(Beehive.Operation(word), "demo/event/e")
                #expect(up.id == event.id && up.content == event.content && !up.header.sync)
                let api = try #require(node.daemon).apiPath
                let list = try await Program.run(["get", "event", "-A", "-o", "json", "--socket", api])
                #expect(list.json?["items"]?.elements.isEmpty == true)
            }
        }

        @Test("an update of the node is queued and answered; the stored Node changes when the cloud pushes it")
        func nodeUpdate() async throws {
            try await Node.with { node in
                try await node.push(
                    node.cloud.message(
                        .update, "null/node/node-1", content: Objects.json("Node", "node-1"), version: "5"))
                let labelled = Objects.json("Node", "node-1", more: #","labelled":true"#)
                #expect(try await node.ask(.edged, .update, "null/node/node-1", labelled).content.isOK)
                #expect(try await node.cloud.waitForMessage(.update, "null/node/node-1").content == labelled)
                #expect(try await node.stored("null/node/node-1").first?.contains("labelled") == false)
            }
        }

        @Test("a podstatus is stored, sent and answered; the same bytes again are only answered")
        func podStatus() async throws {
            try await Node.with { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                let status = Objects.content(#"{"UID":"u1","Status":{"phase":"Running"}}"#)
                let edged = try node.client(.edged)
                let first = edged.message(.update, "demo/podstatus/web", content: status)
                #expect(try await edged.request(first, within: .seconds(60)).content.isOK)
                #expect(try await node.cloud.waitForMessage(.update, "demo/podstatus/web").id == first.id)
                #expect(try await node.ask(.edged, .update, "demo/podstatus/web", status).content.isOK)
                try await node.flush()
                #expect(node.sent(.update, "demo/podstatus/web").count == 1)
                #expect(try await node.stored("demo/podstatus/web").first?.contains("Running") == true)
            }
        }

        @Test("the cloud's later answer ends the entry and is not delivered again")
        func podStatusAnswered() async throws {
            try await Node.with { node in
                node.cloud.setWithholdingPongs(true)
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                #expect(
                    try await node.ask(.edged, .update, "demo/podstatus/web", Objects.content(#"{"a":1}"#)).content.isOK
                )
                let up = try await node.cloud.waitForMessage(.update, "demo/podstatus/web")
                let answer = node.cloud.response(to: up, content: .ok)
                try await node.push(answer)
                let mark = node.cloud.message(.insert, "demo/pod/mark", content: Objects.json("Pod", "mark", uid: "u2"))
                try await node.push(mark)
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/mark" }
                #expect(seen.map(\.route.resource) == ["demo/pod/web"])
                let before = node.cloud.received.count
                await node.cloud.cut()
                _ = try await node.cloud.waitForNode(connection: 2)
                try await node.flush()
                #expect(node.cloud.received[before...].allSatisfy { $0.message?.id != up.id })
            }
        }

        @Test("a nodestatus is a sign of life: the same bytes go up each time")
        func nodeStatus() async throws {
            try await Node.with { node in
                let edged = try node.client(.edged)
                for _ in 0..<3 {
                    let status = edged.message(
                        .update, "default/nodestatus/node-1", content: Objects.content(#"{"a":1}"#))
                    #expect(try await edged.request(status, within: .seconds(60)).content.isOK)
                    _ = try await node.cloud.waitFor("the status") { $0.message?.id == status.id }
                }
                #expect(node.sent(.update, "default/nodestatus/node-1").count == 3)
            }
        }

        @Test(
            "an update or result of a function is stored and goes up each time", arguments: ["update", "action_result"])
        func functionFact(word: String) async throws {
            try await Node.with { node in
                let operation = Beehive.Operation(word)
                for _ in 0..<2 {
                    let told = try await node.ask(
                        .edgeFunction, operation, "demo/function/f", Objects.content(#"{"a":1}"#))
                    #expect(told.content.isOK)
                }
                try await node.flush()
                #expect(node.sent(operation, "demo/function/f").count == 2)
                #expect(try await node.stored("demo/function/f") == [#"{"a":1}"#])
            }
        }

        @Test("what cannot be stored is an error answer, and nothing goes up", arguments: ["null", #""""#])
        func nothingToStore(json: String) async throws {
            try await Node.with { node in
                let told = try await node.ask(.edged, .update, "demo/podstatus/web", Objects.content(json))
                #expect(told.route.operation == .error)
                try await node.flush()
                #expect(node.sent(.update, "demo/podstatus/web").isEmpty)
            }
        }
    }
#endif
