import Beehive
import KubeAPI
import TestKit

@testable import MetaServer

/// What asks the cloud, with a clock and a link moved by hand.
struct ApplicationsBench {
    var state: ApplicationsState
    var now = Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000)
    /// What became of callers, by ticket.
    var outcomes: [Int: CloudOutcome] = [:]
    /// What was sent and not looked at yet.
    var frames: [Message] = []
    private var tickets = 0

    static let configMaps = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
    static let services = KubeKind.Resource(group: "", version: "v1", plural: "services")

    init(_ change: (inout ApplicationsState.Settings) -> Void = { _ in }) {
        var settings = ApplicationsState.Settings(node: "edge-node-1")
        change(&settings)
        state = ApplicationsState(settings: settings, ids: MessageIDSource(seed: 1))
    }

    /// A bench whose link is up and whose cloud has answered, with discovery out of the way.
    static func connected(_ change: (inout ApplicationsState.Settings) -> Void = { _ in }) -> ApplicationsBench {
        var bench = ApplicationsBench(change)
        bench.state.isUsed = true
        bench.state.discovered = bench.now.ticks
        bench.handle(.linkUp)
        bench.state.controller = .present
        return bench
    }

    mutating func take(_ actions: [ApplicationsState.Action]) {
        for action in actions {
            switch action {
            case .send(let message): frames.append(message)
            case .finish(let ticket, let outcome):
                precondition(outcomes.updateValue(outcome, forKey: ticket) == nil, "answered twice")
            }
        }
    }

    @discardableResult
    mutating func perform(_ application: Application, for caller: String = "alice") -> Int {
        tickets += 1
        take(state.perform(application, for: caller, ticket: tickets, at: now))
        return tickets
    }

    mutating func handle(_ event: ApplicationsState.Event) { take(state.handle(event, at: now)) }

    mutating func keepFresh(_ resource: KubeKind.Resource, namespace: String? = nil) {
        let now = now
        take(
            state.proceed(at: now) { state in
                state.use(at: now)
                state.keepFresh(resource, namespace: namespace, at: now)
            })
    }

    mutating func wait(_ duration: Duration) {
        now = now.advanced(by: duration)
        handle(.time)
    }

    /// The requests to the dynamic controller that were sent since the last look.
    mutating func asked() -> [Message] {
        defer { frames.removeAll { $0.route.group == .dynamicController } }
        return frames.filter { $0.route.group == .dynamicController }
    }

    /// What the loop is told to keep since the last look.
    mutating func kept() -> [Message] {
        defer { frames.removeAll { $0.route.group == .meta } }
        return frames.filter { $0.route.group == .meta }
    }

    /// The cloud's answer to a request.
    mutating func answer(
        _ message: Message, _ status: ApplicationAnswer.Status = .approved, body: String? = nil, reason: String = "",
        failure: APIFailure? = nil
    ) {
        let answer = ApplicationAnswer(
            id: message.tree["ID"]?.text ?? "", status: status, reason: reason,
            body: body.map { Bytes($0.utf8) }, failure: failure)
        heardOfCloud()
        handle(.answer(to: message.id, .application(answer)))
    }

    mutating func heardOfCloud() { state.heard += 1 }
}

extension Message {
    /// The content as a tree; null when it is none.
    var tree: JSONValue { (try? JSONValue(parsing: content.json)) ?? .null }
    /// The key of the application in it.
    var key: String { tree["Key"]?.text ?? "" }
    /// The verb of the application in it.
    var verb: String { tree["Verb"]?.text ?? "" }
}
