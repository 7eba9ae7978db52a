internal import Beehive
internal import NIOCore

/// What the cloud remembers of a node's copy of an object.
struct ObjectSync: Sendable, Equatable {
    var kind: ObjectKind
    var namespace: String
    var name: String
    var uid: String
    /// The version that was acked last; 0 before the first ack.
    var version: UInt64
}

/// What a test does to a node's connection.
struct NodeFaults {
    var acksToDrop = 0
    var filter: (@Sendable (Message) -> FakeCloudCore.Delivery)?
    var isHoldingAnswers = false
    var heldAnswers: [Message] = []
    var isFrozen = false
    var isWithholdingPongs = false
    var refusal: Int?
    /// For the next connection, when none is open.
    var budget: Int?
}

/// All that the cloud knows of one node, connected or not; belongs to the cloud's event loop.
final class CloudNode {
    let name: String
    var connection: CloudCoreConnection?
    var connections = 0
    var line: AckLine
    var syncs: [String: ObjectSync] = [:]
    var faults: NodeFaults
    /// When the message under way was first written, by the monotonic clock.
    var firstSent: UInt64 = 0
    var timer: Scheduled<Void>?
    var timerDeadline: UInt64?

    init(name: String, rules: AckLine.Rules, faults: NodeFaults) {
        self.name = name
        line = AckLine(rules: rules)
        self.faults = faults
    }
}
