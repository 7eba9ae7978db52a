#if DEBUG
    import Beehive
    import FakeCloud
    import Testing

    /// Messages from the cloud, row by row (`docs/messages.md`, section 3).
    @Suite("Operations of the cloud", .serialized, .timeLimit(.minutes(5)))
    struct CloudOperationTests {
        /// A message of the cloud.
        struct Push: Sendable {
            var operation: Operation
            var resource: String
            var content: Content = .null
            var source: ModuleName = .edgeController
            var group: ModuleGroup = .resource
            var version = ""

            init(
                _ operation: Operation, _ resource: String, _ content: Content = .null,
                source: ModuleName = .edgeController, group: ModuleGroup = .resource, version: String = "5"
            ) {
                self.operation = operation
                self.resource = resource
                self.content = content
                self.source = source
                self.group = group
                self.version = version
            }

            func message(of cloud: FakeCloud) -> Message {
                cloud.message(operation, resource, content: content, source: source, group: group, version: version)
            }
        }

        struct Row: Sendable, CustomTestStringConvertible {
            let name: String
            var before: [Push] = []
            let push: Push
            var acks = 1
            var errors = 0
            /// Who is delivered it; nobody if nil.
            var to: ModuleName?
            /// Queries of edged afterwards: the number of values, and a part of the first.
            var stored: [(resource: String, count: Int, part: String)] = []
            var testDescription: String { name }
        }

        private static let pod = "demo/pod/web"
        private static let first = Push(.insert, pod, Objects.json("Pod", "web"))

        static let rows: [Row] = [
            Row(name: "insert of a pod", push: first, to: .edged, stored: [(pod, 1, "web")]),
            Row(
                name: "cure: insert on an existing key replaces it", before: [first],
                push: Push(.insert, pod, Objects.json("Pod", "web", version: "6"), version: "6"), to: .edged,
                stored: [(pod, 1, #""resourceVersion":"6""#)]),
            Row(
                name: "update of an unknown key is an insert", push: Push(.update, pod, Objects.json("Pod", "web")),
                to: .edged, stored: [(pod, 1, "web")]),
            Row(
                name: "the same version is acked and not delivered", before: [first],
                push: Push(.update, pod, Objects.json("Pod", "web", more: #","x":1"#))),
            Row(
                name: "cure: an older version is acked and not delivered", before: [first],
                push: Push(.update, pod, Objects.json("Pod", "web", version: "4"), version: "4"),
                stored: [(pod, 1, #""resourceVersion":"5""#)]),
            Row(
                name: "versions are compared as numbers", before: [first],
                push: Push(.update, pod, Objects.json("Pod", "web", version: "10"), version: "10"), to: .edged),
            Row(
                name: "another uid takes over, whatever its version", before: [first],
                push: Push(.update, pod, Objects.json("Pod", "web", uid: "u2", version: "1"), version: "1"),
                to: .edged, stored: [(pod, 1, "u2")]),
            Row(
                name: "a service goes to edgemesh",
                push: Push(.update, "demo/service/s", Objects.json("Service", "s")), to: .edgeMesh),
            Row(
                name: "endpoints go to edgemesh",
                push: Push(.update, "demo/endpoints/s", Objects.json("Endpoints", "s")), to: .edgeMesh),
            Row(
                name: "the elements of a servicelist are stored one by one",
                push: Push(
                    .update, "demo/servicelist/x",
                    Objects.content(#"[{"metadata":{"name":"a","namespace":"demo"}},{"metadata":{"name":"b"}}]"#)),
                to: .edgeMesh, stored: [("demo/service/a", 1, "a"), ("demo/service/b", 1, "b")]),
            Row(
                name: "a podlist is one row", push: Push(.update, "demo/podlist/x", Objects.content("[]")),
                to: .edgeMesh, stored: [("demo/podlist/x", 1, "[]")]),
            Row(
                name: "an update of funcmgr",
                push: Push(
                    .update, "demo/function/f", Objects.content(#"{"a":1}"#), source: .funcManager, group: .function),
                to: .edgeFunction),
            Row(
                name: "an action",
                push: Push(
                    .action, "demo/function/f", Objects.content(#"{"a":1}"#), source: .funcManager, group: .function),
                to: .edgeFunction),
            Row(
                name: "a device goes to twin",
                push: Push(.update, "demo/device/d", Objects.json("Device", "d"), source: .deviceController),
                to: .twin),
            Row(
                name: "service account access is stored for nobody",
                push: Push(
                    .update, "demo/serviceaccountaccess/s", Objects.json("ServiceAccountAccess", "s"),
                    source: .policyController)),
            Row(
                name: "a node is stored and delivered to nobody",
                push: Push(.update, "null/node/node-1", Objects.json("Node", "node-1"))),
            Row(
                name: "delete with the uid", before: [first],
                push: Push(.delete, pod, Objects.json("Pod", "web"), version: ""), to: .edged,
                stored: [(pod, 0, "")]),
            Row(
                name: "delete with another uid", before: [first],
                push: Push(.delete, pod, Objects.json("Pod", "web", uid: "u2"), version: ""),
                stored: [(pod, 1, "web")]),
            Row(
                name: "delete without a uid goes by key", before: [first], push: Push(.delete, pod, version: ""),
                to: .edged, stored: [(pod, 0, "")]),
            Row(name: "delete of an unknown key is delivered", push: Push(.delete, pod, version: ""), to: .edged),
            Row(
                name: "a push that is not newer does not bring a deleted object back",
                before: [first, Push(.delete, pod, Objects.json("Pod", "web"), version: "")], push: first,
                stored: [(pod, 0, "")]),
            Row(
                name: "an object that answers nobody is stored and delivered",
                push: Push(.response, "demo/configmap/c", Objects.json("ConfigMap", "c")), to: .edged,
                stored: [("demo/configmap/c", 1, "c")]),
            Row(name: "an OK that answers nobody is dropped", push: Push(.response, pod, .ok)),
            Row(name: "{} that answers nobody is dropped", push: Push(.response, pod, Objects.content("{}"))),
            Row(
                name: "a task with a version is acked",
                push: Push("upgrade", "t/x", Objects.content(#"{"a":1}"#), group: .taskManager)),
            Row(
                name: "a task without a version is not",
                push: Push("upgrade", "t/x", Objects.content(#"{"a":1}"#), group: .taskManager, version: ""), acks: 0),
            Row(name: "an unknown operation with a version is acked", push: Push("frobnicate", pod, .ok)),
            Row(
                name: "an unknown operation without a version is not", push: Push("frobnicate", pod, version: ""),
                acks: 0),
            Row(name: "an update without content is refused for good", push: Push(.update, pod), errors: 1),
            Row(
                name: "cure: an update without a type is refused for good",
                push: Push(.update, "demo", Objects.json("Pod", "web")), errors: 1),
            Row(
                name: "cure: an empty part is refused for good",
                push: Push(.update, "/pod/web", Objects.json("Pod", "web")),
                errors: 1),
        ]

        @Test("row", arguments: NodeKind.allCases, rows)
        func row(kind: NodeKind, row: Row) async throws {
            try await Node.with(kind) { node in
                for push in row.before { try await node.push(push.message(of: node.cloud)) }
                try await Self.pass(node, "before")
                for name in Node.modules {
                    _ = try await node.deliveries(to: name) { $0.route.resource.hasSuffix("/before") }
                }
                let message = row.push.message(of: node.cloud)
                node.cloud.send(message)
                try await Self.pass(node, "after")
                for name in Node.modules {
                    let seen = try await node.deliveries(to: name) { $0.route.resource.hasSuffix("/after") }
                    // Where another uid stood, its delete goes ahead; the newcomer is last.
                    // What nobody asked for is news to the consumer.
                    let operation = row.push.operation == .response ? .update : row.push.operation
                    let isMeant =
                        seen.last?.route.resource == row.push.resource
                        && seen.last?.route.operation == operation
                    #expect(row.to == name ? isMeant : seen.isEmpty, "\(name) was delivered \(seen.map(\.route))")
                    guard row.to == .twin, name == .twin else { continue }
                    #expect(seen.last?.route.source == "meta" && seen.last?.route.group == .twin)
                }
                let answers = node.cloud.answers(to: message.id)
                #expect(answers.filter { $0.route.operation == .response && $0.content.isOK }.count == row.acks)
                #expect(answers.filter { $0.route.operation == .error }.count == row.errors)
                for want in row.stored {
                    let values = try await node.stored(want.resource)
                    #expect(values.count == want.count, "\(want.resource)")
                    #expect(want.count == 0 || values.first?.contains(want.part) == true, "\(want.resource)")
                }
            }
        }

        /// Sends each module a message that only marks the place: what came before it has arrived.
        private static func pass(_ node: Node, _ mark: String) async throws {
            let content = Objects.json("Mark", mark, uid: mark, version: "1")
            try await node.push(node.cloud.message(.update, "demo/mark/\(mark)", content: content, version: "1"))
            try await node.push(node.cloud.message(.update, "demo/service/\(mark)", content: content, version: "1"))
            try await node.push(
                node.cloud.message(
                    .update, "demo/device/\(mark)", content: content, source: .deviceController, version: "1"))
            try await node.push(
                node.cloud.message(
                    .action, "demo/function/\(mark)", content: content, source: .funcManager, group: .function,
                    version: "1"))
        }
    }
#endif
