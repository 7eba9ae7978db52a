public import Beehive

/// What must reach the cloud, by how it is treated (`messages.md`, section 6).
public enum OutboxClass: Int64, Sendable, CaseIterable {
    /// The latest per key.
    case state = 0
    /// All, in order.
    case fact = 1

    /// The word in reports and metrics.
    public var label: String { self == .state ? "state" : "fact" }
}

/// The order in which entries go when several wait: node status, other states, facts.
public enum OutboxLane: Int64, Sendable, CaseIterable {
    /// The node's own status and patches.
    case node = 0
    /// Other states.
    case state = 1
    /// Facts.
    case fact = 2

    /// The places of this lane in the outbox: lanes come one after the other in the table's own order.
    package var places: Range<Int64> { rawValue << 48 + 1..<(rawValue + 1) << 48 }
}

/// One entry of the outbox.
public struct OutboxEntry: Sendable {
    /// Its place in the order of sending.
    public var place: Int64
    /// The message's id, the same each time it is sent.
    public var id: String
    /// How it is treated.
    public var kind: OutboxClass
    /// What it is about; empty for facts.
    public var key: String
    /// True if only the cloud's answer ends it; else a later pong does.
    public var endsByAnswer: Bool
    /// When it was queued, in milliseconds since 1970.
    public var created: Int64
    /// The message as a frame.
    public var frame: Bytes
    /// The type of what the message is about, which decides whether the frame is sealed; empty when read.
    public var type: ResourceType

    /// The lane it goes in.
    public var lane: OutboxLane { OutboxLane(rawValue: place >> 48) ?? .fact }

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - place: its place; 0 before it is queued.
    ///   - id: the message's id.
    ///   - kind: how it is treated.
    ///   - key: what it is about.
    ///   - endsByAnswer: whether only the cloud's answer ends it.
    ///   - created: when it was queued.
    ///   - frame: the message as a frame.
    ///   - type: the type of what the message is about.
    public init(
        place: Int64 = 0, id: String, kind: OutboxClass, key: String, endsByAnswer: Bool, created: Int64, frame: Bytes,
        type: ResourceType = ""
    ) {
        self.place = place
        self.id = id
        self.kind = kind
        self.key = key
        self.endsByAnswer = endsByAnswer
        self.created = created
        self.frame = frame
        self.type = type
    }
}

/// How much waits for the cloud.
public struct OutboxDepth: Sendable, Hashable {
    /// States waiting.
    public var states: Int
    /// Facts waiting.
    public var facts: Int
    /// When the oldest of the lanes' first entries was queued or last rewritten, in milliseconds since 1970; nil when
    /// nothing waits.
    public var oldest: Int64?

    /// Makes a depth.
    ///
    /// - Parameters:
    ///   - states: states waiting.
    ///   - facts: facts waiting.
    ///   - oldest: when the oldest was queued.
    public init(states: Int = 0, facts: Int = 0, oldest: Int64? = nil) {
        self.states = states
        self.facts = facts
        self.oldest = oldest
    }
}
