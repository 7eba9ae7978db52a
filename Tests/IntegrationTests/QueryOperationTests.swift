#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// Queries and remote requests (`docs/messages.md`, sections 4 and 5), through the real binary.
    @Suite("Queries", .serialized, .timeLimit(.minutes(5)))
    struct QueryOperationTests {
        struct Form: Sendable, CustomTestStringConvertible {
            let type: String
            let release: String
            /// O is the object, S the object as a text.
            let form: String
            /// Whether the cloud is asked though a row is stored.
            var asks = false
            var testDescription: String { "\(type) asked by \(release)" }
        }

        static let forms = [
            Form(type: "pod", release: "1.2", form: "[S]"), Form(type: "pod", release: "1.23", form: "[S]"),
            Form(type: "configmap", release: "1.2", form: "[S]"), Form(type: "configmap", release: "1.23", form: "O"),
            Form(type: "secret", release: "1.2", form: "[S]"), Form(type: "secret", release: "1.23", form: "O"),
            Form(type: "persistentvolume", release: "1.2", form: "[S]"),
            Form(type: "persistentvolumeclaim", release: "1.23", form: "[S]"),
            Form(type: "endpoints", release: "1.23", form: "[S]"),
            Form(type: "node", release: "1.2", form: "[S]", asks: true),
            Form(type: "node", release: "1.23", form: "[S]"),
            Form(type: "volumeattachment", release: "1.23", form: "[S]", asks: true),
            Form(type: "lease", release: "1.23", form: #"{"Object":O,"Err":null}"#, asks: true),
            Form(type: "lease", release: "1.2", form: "[S]", asks: true),
            Form(type: "certificatesigningrequest", release: "1.23", form: "[S]", asks: true),
        ]

        @Test("a stored row by id: who is asked, and the answer's form", arguments: forms)
        func stored(row: Form) async throws {
            try await Node.with(release: row.release) { node in
                let key = "demo/\(row.type)/x"
                let object = Objects.json("Thing", "x")
                try await node.push(node.cloud.message(.insert, key, content: object, version: "5"))
                let newer = Objects.response(Objects.json("Thing", "x", version: "6"))
                node.answer(.query, key, newer)
                let up = try await node.ask(.edged, .query, key)
                let json = String(decoding: object.json, as: UTF8.self)
                let text = String(decoding: Content(text: json).json, as: UTF8.self)
                var wanted =
                    row.form == "[S]" ? "[\(text)]" : row.form == "O" ? json : #"{"Object":\#(json),"Err":null}"#
                let name: ModuleName = row.release == "1.2" ? .metaManagerClassic : .metaManager
                #expect(node.sent(.query, key).count == (row.asks ? 1 : 0))
                if row.asks {
                    #expect(up.content == newer)
                } else {
                    #expect(String(decoding: up.content.json, as: UTF8.self) == wanted)
                    #expect(up.route.source == name && up.header.extras.map(\.name) == ["origin", "age"])
                }
                try await node.goOffline()
                let down = try await node.ask(.edged, .query, key)
                if row.asks {
                    wanted = wanted.split(separator: "\"5\"").joined(separator: "\"6\"")
                    wanted = wanted.split(separator: #"\"5\""#).joined(separator: #"\"6\""#)
                }
                #expect(String(decoding: down.content.json, as: UTF8.self) == wanted)
                #expect(down.route.source == name)
            }
        }

        @Test("without an id always from the store, over all namespaces", arguments: ["pod", "configmap", "node"])
        func list(type: String) async throws {
            try await Node.with { node in
                for namespace in ["a", "b"] {
                    let key = "\(namespace)/\(type)/x"
                    try await node.push(
                        node.cloud.message(.insert, key, content: Objects.json("T", "x", uid: namespace)))
                }
                #expect(try await node.stored("default/\(type)").count == 2)
                #expect(node.sent(.query, "default/\(type)").isEmpty)
            }
        }

        @Test("absent, link down: an error for 1.23's objects, else an empty list", arguments: ["1.2", "1.23"])
        func absentDown(release: String) async throws {
            try await Node.with(isUp: false, release: release) { node in
                for type in ["configmap", "secret", "lease", "pod", "endpoints", "node"] {
                    let told = try await node.ask(.edged, .query, "demo/\(type)/none")
                    let isError = release == "1.23" && ["configmap", "secret", "lease"].contains(type)
                    #expect(told.route.operation == (isError ? .error : .response), "\(type)")
                    if !isError { #expect(told.content == Content(texts: [])) }
                }
            }
        }

        @Test("a query of another form is an error answer", arguments: ["short", "/pod/x", "demo//x"])
        func badResource(resource: String) async throws {
            try await Node.with { node in
                let told = try await node.ask(.edged, .query, resource)
                #expect(told.route.operation == .error)
            }
        }

        struct Answer: Sendable, CustomTestStringConvertible {
            let name: String
            let content: Content
            var isStored = false
            var isError = false
            var testDescription: String { name }
        }

        static let answers = [
            Answer(name: "an object", content: Objects.json("ConfigMap", "c"), isStored: true),
            Answer(name: "an ObjectResp", content: Objects.response(Objects.json("ConfigMap", "c")), isStored: true),
            Answer(name: "OK", content: .ok), Answer(name: "a text", content: Content(text: "hello")),
            Answer(name: "an ObjectResp with Err", content: Objects.refusal("Conflict")),
            Answer(
                name: "cure: a status error is an error answer, never stored",
                content: Objects.statusError("Forbidden"),
                isError: true),
            Answer(name: "cure: {} is an error answer, never stored", content: Objects.content("{}"), isError: true),
        ]

        @Test("the cloud's answer to a query", arguments: answers)
        func remote(row: Answer) async throws {
            try await Node.with { node in
                node.answer(.query, "demo/configmap/c", row.content)
                let told = try await node.ask(.edged, .query, "demo/configmap/c")
                #expect(told.route.operation == (row.isError ? .error : .response))
                if row.isError { #expect(told.content.kind == .string) } else { #expect(told.content == row.content) }
                try await node.goOffline()
                #expect(try await node.stored("demo/configmap/c").isEmpty != row.isStored)
                let asked = try #require(node.sent(.query, "demo/configmap/c").first)
                #expect(
                    node.cloud.messages.contains { $0.route.operation == .response && $0.header.parentID != asked.id })
            }
        }

        @Test("NotFound deletes the cached row, and names its reason")
        func notFound() async throws {
            try await Node.with { node in
                let key = "demo/volumeattachment/c"
                try await node.push(node.cloud.message(.insert, key, content: Objects.json("VolumeAttachment", "c")))
                // The question comes after the row, by the clock too.
                try await Task.sleep(for: .milliseconds(5))
                node.answer(.query, key, Objects.statusError("NotFound"))
                let told = try await node.ask(.edged, .query, key)
                #expect(told.route.operation == .error && told.content.string == "NotFound: nothing")
                try await node.goOffline()
                #expect(try await node.stored(key).isEmpty)
            }
        }

        @Test("cure: twenty callers share one request and its answer")
        func singleFlight() async throws {
            // The late answer has another text, and comes only after every wait of the test has ended.
            let settings = ["meta.remote-query.stale-after=300", "meta.remote-query.timeout=300"]
            try await Node.with(settings: settings) { node in
                let key = "demo/configmap/absent"
                let edged = try node.client(.edged)
                let queries = (0..<20).map { _ in
                    var query = edged.message(.query, key)
                    query.header.sync = true
                    return query
                }
                try await edged.send(queries)
                let asked = try await node.cloud.waitForMessage(.query, key)
                // What comes behind them on the same socket is answered after they were taken.
                _ = try await node.stored("demo/pod")
                node.cloud.send(node.cloud.response(to: asked, content: Objects.statusError("NotFound")))
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/m" }
                #expect(seen.map(\.header.parentID) == queries.map(\.id))
                #expect(seen.allSatisfy { $0.route.operation == .error && $0.content.string == "NotFound: nothing" })
                #expect(node.sent(.query, key).count == 1)
            }
        }

        @Test("a late answer: the stored row marked stale")
        func stale() async throws {
            let settings = ["meta.remote-query.stale-after=1", "meta.remote-query.timeout=300"]
            try await Node.with(settings: settings) { node in
                let key = "demo/volumeattachment/c"
                try await node.push(
                    node.cloud.message(.insert, key, content: Objects.json("VolumeAttachment", "c"), version: "5"))
                let told = try await node.ask(.edged, .query, key)
                #expect(told.header.extras.map(\.name) == ["origin", "age", "stale"])
                // The request goes on: its answer is news to the consumer.
                let asked = try await node.cloud.waitForMessage(.query, key)
                node.cloud.send(
                    node.cloud.response(to: asked, content: Objects.json("VolumeAttachment", "c", version: "6")))
                _ = try await node.deliveries(to: .edged) { $0.route.resource == key && $0.route.operation == .update }
            }
        }

        @Test("a late answer without a stored row: an error, for endpoints an empty list")
        func late() async throws {
            let settings = ["meta.remote-query.stale-after=1", "meta.remote-query.timeout=2"]
            try await Node.with(settings: settings) { node in
                async let absent = node.ask(.edged, .query, "demo/configmap/none")
                async let endpoints = node.ask(.edgeMesh, .query, "demo/endpoints/none")
                let error = try await absent
                #expect(error.route.operation == .error && error.content.string?.hasPrefix("Timeout") == true)
                #expect(try await endpoints.content == Content(texts: []))
            }
        }

        @Test("a cut answers a query that has a stored row at once; the other is asked again")
        func cut() async throws {
            try await Node.with { node in
                let key = "demo/volumeattachment/c"
                try await node.push(node.cloud.message(.insert, key, content: Objects.json("VolumeAttachment", "c")))
                async let stored = node.ask(.edged, .query, key)
                async let absent = node.ask(.edged, .query, "demo/configmap/c")
                _ = try await node.cloud.waitForMessage(.query, key)
                _ = try await node.cloud.waitForMessage(.query, "demo/configmap/c")
                await node.cloud.goAway()
                #expect(try await stored.header.extras.map(\.name).contains("stale"))
                node.answer(.query, "demo/configmap/c", Objects.json("ConfigMap", "c"))
                try await node.cloud.comeBack()
                #expect(try await absent.content == Objects.json("ConfigMap", "c"))
                #expect(Set(node.sent(.query, "demo/configmap/c").map(\.id)).count == 1)
            }
        }
    }
#endif
