internal import Beehive
internal import DequeModule
internal import KubeAPI

/// What is asked of the cloud's dynamic controller, and when: from events to messages, without clock, socket or task.
///
/// Bounds: so many requests on their way, so many callers' requests behind them, the next is refused; background jobs
/// (watches, discovery) wait in a queue of their own, a few at once, so that no caller waits for them.
struct ApplicationsState {
    struct Settings: Sendable {
        var node: String
        /// How long a request may take, from when it was made.
        var deadline = Duration.seconds(10)
        /// Callers' requests on their way.
        var inFlight = 32
        /// Callers' requests that wait for their turn.
        var waiting = 256
        /// Background jobs on their way, once the cloud has answered on this connection; before that, one.
        var backgroundInFlight = 2
        /// Watches kept; a new one beyond takes the place of that not asked for the longest.
        var watches = 128
        /// A watch that failed is tried again when it is asked for after so long.
        var watchRetry = Duration.seconds(60)
        /// Discovery is asked again on a connection that comes so long after.
        var discoveryInterval = Duration.seconds(600)
        /// Group versions that are asked for.
        var groupVersions = 128
        /// Why there never is a dynamic controller behind this link; nil where there may be one.
        var noController: String?
        /// The largest answer to discovery that is kept.
        var keptBytes = 1 << 20
    }

    /// What happens.
    enum Event {
        case attached(isLinkUp: Bool)
        case linkUp
        case linkDown
        /// An answer, by the id of what it answers.
        case answer(to: String, CloudReply)
        /// A deadline may have come.
        case time
    }

    /// What is to be done.
    enum Action {
        case send(Message)
        case finish(ticket: Int, CloudOutcome)
    }

    /// What is known of the cloud, on this connection.
    enum Controller: Equatable {
        case unknown
        case present
        case absent(String)
    }

    /// What makes two reads the same: who asks is part of it, since the cloud may see it by name one day.
    struct Flight: Hashable {
        let application: Application
        let caller: String
        /// Whose question it is alone; nil for one that others may join.
        var ticket: Int?
    }

    /// A caller's request, or one of our own.
    struct Request {
        enum Purpose {
            case callers(Flight)
            case job(Job)
        }

        let purpose: Purpose
        let deadline: UInt64
        var tickets: [Int] = []
        /// How much had been heard of the cloud when it was sent.
        var heard: UInt64 = 0
    }

    var settings: Settings
    /// Frames and pongs of the cloud so far: more of them since a request prove that the link was alive.
    var heard: UInt64 = 0
    var isLinkUp = false
    /// True once somebody has used the Kubernetes paths: before that, the cloud is asked nothing.
    var isUsed = false
    var controller = Controller.unknown
    /// A request without an answer whose link was not proven alive when its time was up, by what had been heard.
    private var doubt: UInt64?
    private(set) var sent: [String: Request] = [:]
    private(set) var queue: Deque<Request> = []
    private var flights: [Flight: [Int]] = [:]
    var jobs: Deque<Job> = []
    var watches: [String: Watch] = [:]
    /// When discovery was last asked.
    var discovered: UInt64?
    /// True once the definitions have been listed; changes are pushed.
    var hasDefinitions = false
    private(set) var counts = CloudCounts()

    private var ids: MessageIDSource
    private var actions: [Action] = []

    init(settings: Settings, ids: MessageIDSource = MessageIDSource()) {
        self.settings = settings
        self.ids = ids
    }

    /// When `time` is due next, in monotonic nanoseconds.
    var nextDeadline: UInt64? { (sent.values.map(\.deadline) + queue.map(\.deadline)).min() }

    /// Callers that wait.
    var callers: Int { flights.values.reduce(0) { $0 + $1.count } }

    // MARK: Callers

    /// A caller asks.
    mutating func perform(
        _ application: Application, for caller: String, isAlone: Bool = false, ticket: Int, at now: Moment
    ) -> [Action] {
        defer { actions = [] }
        use(at: now)
        settleDoubt()
        if let absence = absence {
            counts.refused += 1
            actions.append(.finish(ticket: ticket, .unavailable(absence)))
            return actions
        }
        let flight = Flight(application: application, caller: caller, ticket: isAlone ? ticket : nil)
        if application.verb.isRead, flights[flight] != nil {
            flights[flight]?.append(ticket)
            counts.merged += 1
            return actions
        }
        var request = Request(purpose: .callers(flight), deadline: now.advanced(by: settings.deadline).ticks)
        // Writes are never the same: each has its own tickets, reads share those of the flight.
        if application.verb.isRead { flights[flight] = [ticket] } else { request.tickets = [ticket] }
        if callersSent < settings.inFlight {
            send(request, at: now)
        } else if queue.count < settings.waiting {
            queue.append(request)
        } else {
            counts.refused += 1
            finish(request, .unavailable(.busy))
        }
        return actions
    }

    /// A caller has gone; what was sent for it goes on, what was not is dropped.
    mutating func cancel(_ ticket: Int) {
        for (flight, tickets) in flights where tickets.contains(ticket) {
            flights[flight] = tickets.filter { $0 != ticket }
        }
        for (id, request) in sent where request.tickets.contains(ticket) { sent[id]?.tickets = [] }
        queue.removeAll { request in
            guard case .callers(let flight) = request.purpose else { return false }
            let isLeft = flight.application.verb.isRead ? flights[flight]?.isEmpty == true : request.tickets == [ticket]
            if isLeft { flights[flight] = nil }
            return isLeft
        }
    }

    /// Why nobody can be asked now.
    private var absence: CloudAbsence? {
        guard isLinkUp else { return .linkDown }
        if case .absent = controller { return .noController }
        return nil
    }

    private var callersSent: Int {
        sent.values.count {
            if case .callers = $0.purpose { return true }
            return false
        }
    }

    // MARK: Events

    /// Takes an event.
    mutating func handle(_ event: Event, at now: Moment) -> [Action] {
        defer { actions = [] }
        switch event {
        case .attached(let isUp): if isUp, !isLinkUp { begin(at: now) }
        case .linkUp:
            // A connection that replaced another ended it.
            if isLinkUp { endAll(.cut) }
            begin(at: now)
        case .linkDown:
            isLinkUp = false
            endAll(.cut)
        case .answer(let id, let reply): take(reply, to: id, at: now)
        case .time: expire(at: now)
        }
        settleDoubt()
        goOn(at: now)
        return actions
    }

    /// Does what a change from outside of the events has made possible.
    mutating func proceed(at now: Moment, _ change: (inout Self) -> Void) -> [Action] {
        defer { actions = [] }
        change(&self)
        settleDoubt()
        goOn(at: now)
        return actions
    }

    /// Somebody uses the Kubernetes paths.
    mutating func use(at now: Moment) {
        guard !isUsed else { return }
        isUsed = true
        if isLinkUp { addJobs(at: now) }
        goOn(at: now)
    }

    private mutating func begin(at now: Moment) {
        isLinkUp = true
        controller = settings.noController.map { .absent($0) } ?? .unknown
        doubt = nil
        jobs = []
        if isUsed { addJobs(at: now) }
    }

    private mutating func take(_ reply: CloudReply, to id: String, at now: Moment) {
        if reply.isOfController, isLinkUp, controller != .present {
            // Also an answer that comes late says that there is somebody.
            let wasAbsent = controller != .unknown
            controller = .present
            doubt = nil
            if wasAbsent { addJobs(at: now) }
        }
        guard let request = sent.removeValue(forKey: id) else { return }
        if case .cloudError(let text) = reply, controller == .unknown {
            finish(request, reply.outcome)
            return foundAbsent("the cloud answered \(text): \(CloudAbsence.cure)")
        }
        switch request.purpose {
        case .callers: finish(request, reply.outcome)
        case .job(let job): done(job, reply, at: now)
        }
    }

    private mutating func expire(at now: Moment) {
        for (id, request) in sent where request.deadline <= now.ticks {
            sent[id] = nil
            counts.timedOut += 1
            if controller == .unknown { doubt = min(doubt ?? request.heard, request.heard) }
            if case .job(let job) = request.purpose { failed(job, "no answer within \(settings.deadline)") }
            finish(request, .timedOut)
        }
        while let request = queue.first, request.deadline <= now.ticks {
            queue.removeFirst()
            counts.timedOut += 1
            finish(request, .timedOut)
        }
    }

    /// The cloud has said other things since the question: that it does not answer means that nobody is there to.
    private mutating func settleDoubt() {
        guard controller == .unknown, let doubt, heard > doubt else { return }
        foundAbsent(
            "the cloud left a request unanswered for \(settings.deadline) while the link was alive: \(CloudAbsence.cure)"
        )
    }

    private mutating func foundAbsent(_ cause: String) {
        controller = .absent(cause)
        doubt = nil
        jobs = []
        endAll(.noController)
    }

    private mutating func endAll(_ absence: CloudAbsence) {
        let requests = sent.sorted { $0.value.deadline < $1.value.deadline }.map(\.value) + queue
        sent = [:]
        queue = []
        for request in requests { finish(request, .unavailable(absence)) }
        for (id, watch) in watches where watch.standing != .pending { watches[id]?.standing = .pending }
    }

    // MARK: Sending

    private mutating func goOn(at now: Moment) {
        while callersSent < settings.inFlight, let request = queue.popFirst() { send(request, at: now) }
        guard isLinkUp, absence == nil else { return }
        let limit = controller == .present ? settings.backgroundInFlight : 1
        while sent.count - callersSent < limit, let job = jobs.popFirst() {
            guard content(of: job) != nil else { continue }
            let deadline = now.advanced(by: settings.deadline).ticks
            send(Request(purpose: .job(job), deadline: deadline), at: now)
        }
    }

    private mutating func send(_ request: Request, at now: Moment) {
        let content: JSONValue?
        var resource = "null"
        switch request.purpose {
        case .callers(let flight): content = flight.application.content(node: settings.node)
        case .job(let job):
            content = self.content(of: job)
            if job == .sync { resource = "watchapp/sync" }
        }
        guard let content else { return }
        let message = Message(
            header: Header(id: ids.next(), timestamp: now.wall),
            route: Route(source: .metaServer, group: .dynamicController, operation: .null, resource: resource),
            content: Content(content))
        var request = request
        request.heard = heard
        sent[message.id] = request
        counts.asked += 1
        actions.append(.send(message))
    }

    /// Has the loop store something, or take it out.
    mutating func keep(_ operation: Operation, _ path: ResourcePath, _ content: Content, at now: Moment) {
        actions.append(
            .send(
                Message(
                    header: Header(id: ids.next(), timestamp: now.wall),
                    route: Route(source: .metaServer, group: .meta, operation: operation, resource: path.key),
                    content: content)))
    }

    private mutating func finish(_ request: Request, _ outcome: CloudOutcome) {
        guard case .callers(let flight) = request.purpose else { return }
        let tickets = flight.application.verb.isRead ? flights.removeValue(forKey: flight) ?? [] : request.tickets
        for ticket in tickets { actions.append(.finish(ticket: ticket, outcome)) }
    }

    /// The service ends: nobody is left waiting.
    mutating func stop() -> [Action] {
        defer { actions = [] }
        isLinkUp = false
        endAll(.stopping)
        return actions
    }
}
