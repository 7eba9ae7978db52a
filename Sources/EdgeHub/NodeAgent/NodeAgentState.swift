internal import Beehive

/// What the node agent does, and when: from events to messages, without clock, socket or task.
///
/// Two things go on beside each other, each with at most one request under way: the Node (registration, then its
/// status), and its lease. Every request has a deadline, every failure a growing wait, and a link that is down ends
/// all of it until it is up.
struct NodeAgentState: Sendable {
    /// What happens.
    enum Event: Sendable {
        /// The agent stands on the bus; whether the link is up is not known.
        case attached
        case linkUp
        case linkDown
        /// A message with an answer in it.
        case answer(Message)
        /// A deadline may have come.
        case time
    }

    /// What is known of the link.
    enum Link: Sendable {
        case unknown
        case isUp
        case isDown
    }

    /// The requests; of each kind at most one is under way.
    enum Request: Int, Sendable, CaseIterable {
        case insertNode
        /// The registration that took too long: an answer still tells the cloud's generation.
        case lateInsert
        case queryNode
        case insertClassic
        case patch
        /// A look at the Node as it is stored here.
        case look
        case updateClassic
        case labels
        case queryLease
        case insertLease
        case updateLease

        var isAboutLease: Bool { self == .queryLease || self == .insertLease || self == .updateLease }
    }

    /// What is to be done at a time.
    enum Timer: Int, Sendable, CaseIterable {
        case register
        case status
        case lease
    }

    struct Pending: Sendable {
        let id: String
        let deadline: UInt64
    }

    /// What is wrong, by part.
    enum Part: Int, Sendable, CaseIterable {
        case registration
        case labels
        case status
        case lease
    }

    let settings: NodeAgentSettings
    /// The machine's facts, as last read.
    var facts = MachineFacts()
    private(set) var link = Link.unknown
    var generation: NodeAgentReport.Generation?
    var isRegistered = false
    var lastStatus: Int64?
    var lastLease: Int64?
    var problems: [Part: String] = [:]

    var pending: [Request: Pending] = [:]
    var timers: [Timer: UInt64] = [:]
    var registrationRetry: RetryDelay
    var statusRetry: RetryDelay
    var leaseRetry: RetryDelay
    var labelRetry: RetryDelay
    /// Registrations in a row that a cloud of the newer kind left without an answer.
    var unanswered = 0
    /// The Node's uid, for the lease and for 1.2's reports.
    var uid = ""
    var conditions = NodeConditions()
    /// The status that is on its way, and the one that the cloud has, without heartbeats.
    var offered: JSONValue?
    var accepted: JSONValue?
    /// When the cloud took a status, by the monotonic clock.
    var acceptedAt: UInt64 = 0
    /// When missing labels may be sent again.
    var labelsNotBefore: UInt64 = 0
    /// The lease as the cloud last gave it.
    var lease: JSONValue?

    private var ids: MessageIDSource
    private let random: @Sendable () -> Double
    private var outgoing: [Message] = []

    init(
        settings: NodeAgentSettings, ids: MessageIDSource = MessageIDSource(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.settings = settings
        self.ids = ids
        self.random = random
        let retry = RetryDelay(first: settings.firstRetry, longest: settings.longestRetry)
        (registrationRetry, statusRetry, leaseRetry, labelRetry) = (retry, retry, retry, retry)
    }

    /// When `time` is due next, in monotonic nanoseconds.
    var nextDeadline: UInt64? { (pending.values.map(\.deadline) + timers.values).min() }

    var object: NodeObject { NodeObject(settings: settings, facts: facts) }

    var report: NodeAgentReport {
        var report = NodeAgentReport()
        (report.isRegistered, report.generation) = (isRegistered, generation)
        (report.lastStatus, report.lastLease) = (lastStatus, lastLease)
        report.problems = Part.allCases.compactMap { problems[$0] }
        return report
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: both clocks.
    /// - Returns: what is to be sent, in order.
    mutating func handle(_ event: Event, at now: Moment) -> [Message] {
        switch event {
        case .attached:
            // A link that came up before nobody tells us of; one that is down answers at once.
            if link == .unknown { begin(at: now) }
        case .linkUp:
            link = .isUp
            begin(at: now)
        case .linkDown:
            link = .isDown
            rest()
        case .answer(let message): take(message, at: now)
        case .time: pass(at: now)
        }
        defer { outgoing = [] }
        return outgoing
    }

    private mutating func begin(at now: Moment) {
        rest()
        for retry in [\Self.registrationRetry, \.statusRetry, \.leaseRetry, \.labelRetry] {
            self[keyPath: retry].reset()
        }
        unanswered = 0
        labelsNotBefore = 0
        register(at: now)
    }

    /// Nothing is under way, and nothing is due.
    private mutating func rest() {
        (pending, timers, problems) = ([:], [:], [:])
        isRegistered = false
        (offered, accepted, lease) = (nil, nil, nil)
    }

    private mutating func take(_ message: Message, at now: Moment) {
        let source = message.route.source
        // Any module may send us something; only these may answer.
        guard source == .nodeAgent || source.isMetaManager || ModuleName.cloudSources.contains(source),
            let request = pending.first(where: { $0.value.id == message.header.parentID })?.key
        else { return }
        pending[request] = nil
        let answer = CloudAnswer(message)
        if request.isAboutLease {
            takeLease(answer, to: request, at: now)
        } else {
            takeNode(answer, to: request, at: now)
        }
    }

    private mutating func pass(at now: Moment) {
        for request in Request.allCases {
            guard let waiting = pending[request], waiting.deadline <= now.ticks else { continue }
            pending[request] = nil
            if request == .insertNode {
                registrationTimedOut(waiting.id, at: now)
            } else if request != .lateInsert {
                let limit = request == .insertClassic ? settings.registrationTimeout : settings.answerTimeout
                let answer = CloudAnswer.failed("no answer within \(limit)")
                if request.isAboutLease {
                    takeLease(answer, to: request, at: now)
                } else {
                    takeNode(answer, to: request, at: now)
                }
            }
        }
        for timer in Timer.allCases {
            guard let due = timers[timer], due <= now.ticks else { continue }
            timers[timer] = nil
            switch timer {
            case .register: register(at: now)
            case .status: statusIsDue(at: now)
            case .lease: leaseIsDue(at: now)
            }
        }
    }

    /// The next wait of a part that failed.
    mutating func wait(_ retry: WritableKeyPath<Self, RetryDelay>) -> Duration {
        self[keyPath: retry].next(random: random())
    }

    mutating func set(_ timer: Timer, after wait: Duration, at now: Moment) {
        timers[timer] = now.advanced(by: wait).ticks
    }

    /// Sends a request and waits for its answer.
    mutating func send(
        _ request: Request, _ operation: Operation, _ resource: String, _ content: Content, toCloud: Bool = false,
        at now: Moment
    ) {
        let message = Message(
            header: Header(id: ids.next(), timestamp: now.wall, sync: true),
            route: Route(
                source: .nodeAgent, destination: toCloud ? ModuleName.websocket.rawValue : "", group: .meta,
                operation: operation, resource: resource),
            content: content)
        let limit =
            request == .insertNode || request == .insertClassic ? settings.registrationTimeout : settings.answerTimeout
        pending[request] = Pending(id: message.id, deadline: now.advanced(by: limit).ticks)
        outgoing.append(message)
    }
}
