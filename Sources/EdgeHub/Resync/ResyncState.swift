internal import Beehive
internal import MetaManager

/// What a resync knows between its rounds.
struct ResyncState: Sendable {
    /// Why a round is due.
    enum Round: Sendable, Hashable {
        /// Somebody asked for it: all that can be asked, whether it is stored or not.
        case all
        /// The store recovers: what is missing.
        case missing
    }

    /// Keys of rows that were lost.
    private(set) var lost: [String] { didSet { lostKeys = Set(lost) } }
    /// The same, to be looked up.
    private(set) var lostKeys: Set<String>
    /// True until the time of recovery is over.
    private(set) var isRecovering: Bool
    /// What is here, or is known to be nowhere, on this connection.
    private var found: Set<String> = []
    /// How often each thing did not come on this connection.
    private var failures: [String: Int] = [:]
    /// When the next look at the stored pods is due, and when recovery ends, by the monotonic clock.
    private(set) var nextLook: UInt64?
    private var end: UInt64?
    /// The last round by command, and whether it still has to begin.
    private(set) var round: ResyncReport?
    private(set) var isWanted = false
    var isStopping = false

    init(isRecovering: Bool, lost: [String]) {
        self.isRecovering = isRecovering || !lost.isEmpty
        self.lost = lost
        lostKeys = Set(lost)
    }

    /// What need not be asked for again on this connection.
    func settled(attempts: Int) -> Set<String> {
        found.union(failures.filter { $0.value >= attempts }.keys)
    }

    /// More was lost: the recovery begins anew.
    mutating func recover(_ keys: [String], at now: Moment) {
        lost += keys
        isRecovering = true
        (found, failures, end) = ([], [:], nil)
        nextLook = now.ticks
    }

    /// Attached; a link that came up before is not told of any more.
    mutating func attached(isLinkUp: Bool, window: Duration, at now: Moment) {
        if isLinkUp { linkUp(window: window, at: now) }
    }

    /// The link is up: what is missing is looked for, from now on for a while.
    mutating func linkUp(window: Duration, at now: Moment) {
        guard isRecovering else { return }
        // What was not found while the link was down is only not here: the store said so, not the cloud.
        (found, failures) = ([], [:])
        nextLook = now.ticks
        end = now.advanced(by: window).ticks
    }

    mutating func linkDown() { nextLook = nil }

    /// Somebody wants all to be asked.
    mutating func want(at now: Moment) -> ResyncReport? {
        if isStopping { return nil }
        if let round, round.isRunning { return round }
        round = ResyncReport(round: (round?.round ?? 0) + 1, started: now.wall)
        isWanted = true
        return round
    }

    /// The round that is due now.
    mutating func due(interval: Duration, at now: Moment) -> Round? {
        if isWanted {
            isWanted = false
            return .all
        }
        guard let next = nextLook, next <= now.ticks else { return nil }
        if let end, end <= now.ticks {
            (isRecovering, nextLook, found, failures, lost) = (false, nil, [], [:], [])
            return nil
        }
        nextLook = now.advanced(by: interval).ticks
        return .missing
    }

    /// Notes what became of a question of the recovery.
    mutating func settle(_ outcome: ResyncOutcome, of key: String, window: Duration, at now: Moment) {
        switch outcome {
        case .failed: failures[key, default: 0] += 1
        case .kept: found.insert(key)
        case .answered, .notFound:
            found.insert(key)
            // The link is up, though it came up before we could hear of it.
            if end == nil { end = now.advanced(by: window).ticks }
        }
    }

    /// Changes the report of the round by command.
    mutating func change(_ body: (inout ResyncReport) -> Void) {
        guard var round else { return }
        body(&round)
        self.round = round
    }
}
