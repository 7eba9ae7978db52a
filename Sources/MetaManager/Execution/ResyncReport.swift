public import Beehive

/// How a round of asking the cloud again went, or goes.
public struct ResyncReport: Sendable, Hashable {
    /// One thing that the cloud did not give.
    public struct Failure: Sendable, Hashable {
        /// What was asked for.
        public let key: String
        /// Why it did not come.
        public let cause: String

        /// Makes a failure.
        ///
        /// - Parameters:
        ///   - key: what was asked for.
        ///   - cause: why it did not come.
        public init(key: String, cause: String) {
            self.key = key
            self.cause = cause
        }
    }

    /// How many keys and failures are listed; all are counted.
    public static let listed = 100

    /// Which round it is, from 1.
    public var round: Int
    /// True until everything was asked and has been answered, or given up.
    public var isRunning = true
    /// How much there is to ask.
    public var total = 0
    /// What was asked so far.
    public var asked = 0
    /// What the cloud gave.
    public var answered = 0
    /// What was stored already, so that the cloud was not asked.
    public var kept = 0
    /// What the cloud does not have.
    public var notFound = 0
    /// What did not come.
    public var failed = 0
    /// The first of what the cloud does not have.
    public var missing: [String] = []
    /// The first of what did not come.
    public var failures: [Failure] = []
    /// Lost keys of types that no cloud answers, as many as are listed.
    public var unaskable: [String] = []
    /// When it began, in milliseconds since 1970.
    public var started: Int64
    /// When it ended; nil while it runs.
    public var ended: Int64?

    /// The report of a round that has just begun.
    ///
    /// - Parameters:
    ///   - round: which round it is.
    ///   - started: when it began, in milliseconds since 1970.
    public init(round: Int, started: Int64) {
        self.round = round
        self.started = started
    }

    /// The report as the local API tells it.
    public var json: JSONValue {
        [
            "round": JSONValue(integer: round), "state": isRunning ? "running" : "done",
            "total": JSONValue(integer: total), "asked": JSONValue(integer: asked),
            "answered": JSONValue(integer: answered), "kept": JSONValue(integer: kept),
            "not_found": JSONValue(integer: notFound), "failed": JSONValue(integer: failed),
            "missing": .array(missing.map { JSONValue(text: $0) }),
            "failures": .array(
                failures.map { ["key": JSONValue(text: $0.key), "cause": JSONValue(text: $0.cause)] }),
            "unaskable": .array(unaskable.map { JSONValue(text: $0) }),
            "started": JSONValue(text: KubernetesTimestamp.text(started, isExact: true)),
            "ended": ended.map { JSONValue(text: KubernetesTimestamp.text($0, isExact: true)) } ?? .null,
        ]
    }
}

/// What asks the cloud again, as the local API sees it.
public protocol ResyncControl: Sendable {
    /// Begins a round over all that can be asked, unless one is under way.
    ///
    /// - Returns: the round that is under way now; nil when the program is stopping.
    func start() -> ResyncReport?

    /// The last round that somebody started; nil when there was none.
    var lastRound: ResyncReport? { get }
}
