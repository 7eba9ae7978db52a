import Beehive
import Glibc
import MetaManager
import Testing

@testable import EdgeHub

/// A state machine with a clock, and a cloud that a test plays by hand.
struct AgentUnderTest {
    var state: NodeAgentState
    var now = Moment(wall: 1_767_225_600_000, ticks: 1_000_000_000)
    /// What was sent and not yet looked at.
    var sent: [Message] = []

    init(_ change: (inout NodeAgentSettings) -> Void = { _ in }) {
        var settings = NodeAgentSettings(node: "edge-node-1", labels: ["zone": "hall-4"])
        change(&settings)
        state = NodeAgentState(settings: settings, ids: MessageIDSource(seed: 11), random: { 1 })
        state.facts = Self.facts
    }

    static var facts: MachineFacts {
        var facts = MachineFacts()
        facts.processors = 2
        (facts.memory, facts.freeMemory) = (2 << 30, 1 << 30)
        (facts.storage, facts.freeStorage) = (10 << 30, 5 << 30)
        facts.address = "192.0.2.10"
        facts.kernel = "6.1.0"
        facts.systemImage = "test"
        facts.architecture = "amd64"
        return facts
    }

    mutating func happen(_ event: NodeAgentState.Event) { sent += state.handle(event, at: now) }

    /// Lets time pass, deadline by deadline.
    mutating func pass(_ duration: Duration) {
        let end = now.advanced(by: duration)
        while let next = state.nextDeadline, next <= end.ticks {
            now = now.advanced(by: .nanoseconds(Int64(next - min(next, now.ticks))))
            happen(.time)
        }
        now = now.advanced(by: .nanoseconds(Int64(end.ticks - now.ticks)))
    }

    /// The messages that were sent, as `insert null/node/edge-node-1`.
    var summary: [String] { sent.map { "\($0.route.operation) \($0.route.resource)" } }

    /// Takes what was sent first.
    mutating func take(_ summary: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Message {
        let index = try #require(
            sent.firstIndex { "\($0.route.operation) \($0.route.resource)" == summary },
            "\(self.summary) has no \(summary)", sourceLocation: sourceLocation)
        return sent.remove(at: index)
    }

    mutating func answer(
        _ message: Message, _ content: Content, _ operation: Beehive.Operation = .response,
        source: ModuleName = .edgeController, extras: [ExtraField] = []
    ) {
        happen(
            .answer(
                Message(
                    header: Header(id: "a-\(message.id)", parentID: message.id, timestamp: now.wall, extras: extras),
                    route: Route(
                        source: source, group: .resource, operation: operation, resource: message.route.resource),
                    content: content)))
    }

    /// Answers as MetaManager does when it comes to nothing.
    mutating func fail(_ message: Message, _ text: String) {
        answer(message, Content(text: text), .error, source: .metaManager)
    }

    /// Brings it to where the cloud has Node, status and lease.
    mutating func register() throws {
        happen(.linkUp)
        answer(try take(AgentKey.insert), Cloud.node())
        answer(try take(AgentKey.patch), Cloud.node())
        answer(try take(AgentKey.queryLease), Cloud.refusal("NotFound"))
        answer(try take(AgentKey.insertLease), Cloud.lease(version: "1"))
        #expect(sent.isEmpty)
    }
}

/// What the agent sends, as `AgentUnderTest.summary` has it.
enum AgentKey {
    static let insert = "insert null/node/edge-node-1"
    static let query = "query null/node/edge-node-1"
    static let labels = "update null/node/edge-node-1"
    static let patch = "patch null/nodepatch/edge-node-1"
    static let classicInsert = "insert default/nodestatus/edge-node-1"
    static let classicUpdate = "update default/nodestatus/edge-node-1"
    static let queryLease = "query kube-node-lease/lease/edge-node-1"
    static let insertLease = "insert kube-node-lease/lease/edge-node-1"
    static let updateLease = "update kube-node-lease/lease/edge-node-1"
}

/// What a cloud says.
enum Cloud {
    static let labels: JSONValue = [
        "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": "edge-node-1", "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/agent": "", "node-role.kubernetes.io/edge": "", "zone": "hall-4",
    ]

    static func nodeObject(labels: JSONValue = Self.labels, ready: JSONValue = "True") -> JSONValue {
        let conditions = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map { type -> JSONValue in
            [
                "type": JSONValue(text: type), "status": type == "Ready" ? ready : "False",
                "lastTransitionTime": "2025-12-01T00:00:00Z",
            ]
        }
        return [
            "metadata": ["name": "edge-node-1", "uid": "u1", "resourceVersion": "7", "labels": labels],
            "status": ["conditions": .array(conditions)],
        ]
    }

    /// An ObjectResp with the Node.
    static func node(labels: JSONValue = Self.labels, ready: JSONValue = "True") -> Content {
        Content(["Object": nodeObject(labels: labels, ready: ready), "Err": nil])
    }

    static func lease(version: String) -> Content {
        Content([
            "Object": [
                "metadata": ["name": "edge-node-1", "resourceVersion": JSONValue(text: version)], "spec": [:],
            ], "Err": nil,
        ])
    }

    /// An ObjectResp that says no.
    static func refusal(_ reason: String) -> Content {
        Content([
            "Object": nil,
            "Err": ["ErrStatus": ["reason": JSONValue(text: reason), "message": "so it is", "code": 400]],
        ])
    }
}

/// Recorded traffic of a real cloud.
enum WireFile {
    static func traffic(_ name: String) throws -> RecordedTraffic {
        let root = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try PosixFile.read("/\(root)/Fixtures/wire/\(name).jsonl", limit: 1 << 24)
        return try RecordedTraffic(parsing: bytes[...])
    }

    static func fromCloud(_ name: String) throws -> [Message] {
        try traffic(name).lines.compactMap { if case .fromCloud(let message) = $0.body { message } else { nil } }
    }

    static func toCloud(_ name: String) throws -> [Message] {
        try traffic(name).lines.compactMap { if case .toCloud(let message) = $0.body { message } else { nil } }
    }
}

extension Message {
    var value: JSONValue { (try? JSONValue(parsing: content.json)) ?? .null }
    /// The value inside a text.
    var textValue: JSONValue { content.string.flatMap { try? JSONValue(parsing: Bytes($0.utf8)) } ?? .null }
}
