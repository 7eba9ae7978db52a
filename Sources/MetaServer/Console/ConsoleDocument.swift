internal import Beehive
internal import MetaManager

/// What the console asks for every few seconds: the status, and the counters that rates are made of.
struct ConsoleDocument {
    /// How many of the last messages are told.
    static let messages = 16

    var status: JSONValue
    var facts: ConsoleFacts
    var history: LinkHistory
    var report: LoopReport
    var link: LinkFigures?
    var modules: [ModuleBus.Listing]
    var requests: UInt64
    var watchers: Int
    var recent: [Decision]
    var now: Int64

    /// The document, but for what depends on who asks.
    var json: JSONValue {
        [
            "time": Timestamp.json(now), "node": JSONValue(text: OneLine.of(facts.node, limit: 253)),
            "cloud": JSONValue(text: facts.cloud), "version": JSONValue(text: facts.version),
            "started": Timestamp.json(history.started == 0 ? nil : history.started), "status": status,
            "history": history.json(trouble: link?.problems.first), "flow": flow,
            "modules": .array(modules.prefix(64).map(Self.module)),
            "watchers": JSONValue(integer: watchers), "messages": .array(recent.map(Self.message)),
        ]
    }

    /// Counters since the start: two of them and the time between make a rate.
    private var flow: JSONValue {
        var (cloud, others) = (UInt64(0), UInt64(0))
        for (label, count) in report.messages {
            if label.source == "cloud" { cloud += count } else { others += count }
        }
        // A folder in the cloud's place counts no frames: what the loop took from it does.
        let received = facts.cloud == "websocket" ? link?.received ?? cloud : cloud
        return [
            "received": JSONValue(integer: received),
            "sent": facts.cloud == "websocket" ? JSONValue(integer: link?.sent ?? 0) : .null,
            "from_cloud": JSONValue(integer: cloud), "from_modules": JSONValue(integer: others),
            "to_modules": JSONValue(integer: modules.reduce(0) { $0 + ($1.mailbox?.taken ?? 0) }),
            "commits": JSONValue(integer: report.commits), "revision": JSONValue(integer: report.revision),
            "on_the_way": JSONValue(integer: report.outboxOnTheWay),
            "asked": JSONValue(integer: report.remoteRequests), "requests": JSONValue(integer: requests),
        ]
    }

    private static func module(_ listing: ModuleBus.Listing) -> JSONValue {
        [
            "name": JSONValue(text: OneLine.of(listing.info.name.rawValue, limit: 200)),
            "group": JSONValue(text: OneLine.of(listing.info.group.rawValue, limit: 200)),
            "attached": .bool(listing.isAttached), "waiting": JSONValue(integer: listing.mailbox?.depth ?? 0),
            "bytes": JSONValue(integer: listing.mailbox?.bytes ?? 0),
            "dropped": JSONValue(integer: listing.mailbox?.dropped ?? 0),
            "taken": JSONValue(integer: listing.mailbox?.taken ?? 0),
        ]
    }

    /// A decision in one line of a table; its body was never kept.
    static func message(_ decision: Decision) -> JSONValue {
        [
            "time": Timestamp.json(decision.time), "id": JSONValue(text: OneLine.of(decision.id, limit: 100)),
            "source": JSONValue(text: OneLine.of(decision.source, limit: 100)),
            "operation": JSONValue(text: OneLine.of(decision.route?.operation.rawValue ?? "", limit: 60)),
            "resource": JSONValue(text: OneLine.of(decision.route?.resource ?? "", limit: 300)),
            "outcome": JSONValue(text: decision.outcome.rawValue),
            "reason": JSONValue(text: OneLine.of(decision.reason, limit: 300)),
        ]
    }
}

extension ConsoleDocument {
    /// The document of now; reads the store, so it may block.
    static func make(_ context: ServerContext) -> JSONValue {
        ConsoleDocument(
            status: StatusReport.make(context), facts: context.console, history: context.console.link(),
            report: context.report(), link: context.link?.figures, modules: context.modules(),
            requests: context.requests.values.reduce(0) { $0 + $1.value }, watchers: context.watches?().watchers ?? 0,
            recent: latest(of: context.trace.last(300)), now: context.time.now().wall
        ).json
    }

    /// The last decision of each kind, oldest first: a module that asks for the same again and again hides nobody else.
    ///
    /// Ticks and the like are of no use to people; what has a route is.
    static func latest(of decisions: [Decision]) -> [Decision] {
        struct Kind: Hashable {
            let source: String
            let operation: Operation
            let resource: String
            let outcome: Outcome
        }
        var seen: Set<Kind> = []
        var latest: [Decision] = []
        for decision in decisions.reversed() {
            guard let route = decision.route else { continue }
            let kind = Kind(
                source: decision.source, operation: route.operation, resource: route.resource,
                outcome: decision.outcome)
            if seen.insert(kind).inserted { latest.append(decision) }
            if latest.count == messages { break }
        }
        return latest.reversed()
    }
}

/// Keeps the document for a moment: however many browsers ask, it is made once in that time.
final class ConsoleCache: Sendable {
    private struct State {
        var made: UInt64?
        var document = JSONValue.null
    }

    private let state = Lock(State())
    private let life: Duration

    init(life: Duration = .seconds(1)) { self.life = life }

    /// The document: the kept one while it is young, else a new one.
    func document(at ticks: UInt64, _ make: () -> JSONValue) -> JSONValue {
        let kept: JSONValue? = state.withLock { state in
            guard let made = state.made, ticks >= made, ticks - made < life.nanoseconds else { return Optional.none }
            return state.document
        }
        if let kept { return kept }
        let document = make()
        state.withLock { ($0.made, $0.document) = (ticks, document) }
        return document
    }
}
