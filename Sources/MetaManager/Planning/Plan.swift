public import Beehive
public import MetaStore

/// What a message came to, for counts, traces and replays.
public struct Outcome: OpenValue {
    /// The word in reports.
    public let rawValue: String

    /// Wraps any word.
    public init(_ word: String) { rawValue = word }

    /// Stored, and delivered if anybody consumes it.
    public static let stored: Outcome = "stored"
    /// The stored object is the same: answered, nothing else.
    public static let unchanged: Outcome = "unchanged"
    /// The stored object is newer: answered as done.
    public static let older: Outcome = "older"
    /// A row was removed.
    public static let deleted: Outcome = "deleted"
    /// There was nothing to remove.
    public static let absent: Outcome = "absent"
    /// Another object stands under the key; it stays.
    public static let otherUID: Outcome = "other-uid"
    /// Never to be done: told to the sender.
    public static let refused: Outcome = "refused"
    /// The store could not take it now: told to the sender, not acknowledged.
    public static let failed: Outcome = "failed"
    /// Answered from the store.
    public static let answered: Outcome = "answered"
    /// Asked of the cloud.
    public static let asked: Outcome = "asked"
    /// Joined a request that is under way.
    public static let joined: Outcome = "joined"
    /// Completed a request or an entry of the outbox.
    public static let completed: Outcome = "completed"
    /// Queued for the cloud.
    public static let queued: Outcome = "queued"
    /// Passed to a module, or to the cloud.
    public static let passed: Outcome = "passed"
    /// Nobody waits for it: dropped.
    public static let dropped: Outcome = "dropped"
    /// An operation that no rule knows.
    public static let unknown: Outcome = "unknown"

    /// Every outcome that there is, for counts.
    package static let known: [Outcome] = [
        .absent, .answered, .asked, .completed, .deleted, .dropped, .failed, .joined, .older, .otherUID, .passed,
        .queued, .refused, .stored, .unchanged, .unknown,
    ]
}

/// A frame for the cloud.
public struct CloudFrame: Sendable {
    /// What it is, which decides its turn.
    public enum Kind: Sendable, Hashable {
        /// An acknowledgement, an answer or an error.
        case answer
        /// A request whose answer is waited for.
        case request
        /// The periodic push of statuses.
        case report
        /// An entry of the outbox, by its place, for one connection: on a later one it is sent anew, since a pong
        /// there would prove a frame read that may say something else by then.
        case outbox(place: Int64, connection: Int)
    }

    /// The message, or a stored frame that goes out as it is.
    public enum Body: Sendable {
        /// A message that is yet to be encoded.
        case message(Message)
        /// A frame as it was stored.
        case frame(Bytes)
    }

    /// What it is.
    public let kind: Kind
    /// What goes out.
    public let body: Body

    /// Makes a frame.
    ///
    /// - Parameters:
    ///   - kind: what it is.
    ///   - body: what goes out.
    public init(kind: Kind, body: Body) {
        self.kind = kind
        self.body = body
    }

    /// The bytes that go out.
    public var bytes: Bytes {
        switch body {
        case .message(let message): MessageEncoder.encode(message)[...]
        case .frame(let bytes): bytes
        }
    }
}

/// What one input comes to: changes to the store, then what leaves once they are durable.
public struct Plan: Sendable {
    /// Applied in this order, in the batch's transaction.
    public var changes: [StoreChange] = []
    /// Handed over in this order, after the commit.
    public var deliveries: [(recipient: Recipient, message: Message)] = []
    /// Sent in this order, after the commit.
    public var cloud: [CloudFrame] = []
    /// What the input came to.
    public var outcome: Outcome = .passed
    /// Why, where the outcome alone does not tell; never holds a part of a body.
    public var reason = ""
    /// Answers to writes of the local API, told after the commit.
    public var verdicts: [WriteVerdict] = []
    /// Entries of the outbox that were given up.
    public var outboxDropped: [(kind: OutboxClass, reason: String)] = []

    /// An empty plan.
    public init() {}

    /// Notes the revision that the store has given to what a write changed, last of all changes.
    package mutating func setRevision(_ revision: Int64) {
        for place in verdicts.indices {
            if case .taken = verdicts[place].answer { verdicts[place].answer = .taken(revision: revision) }
        }
    }
}
