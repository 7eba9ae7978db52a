internal import Beehive
internal import MetaManager

/// What the counting sinks have taken, on its way to the feeder's thread.
///
/// As behind a socket, the loop only hands over; what is counted, read or encoded is so on the other side. Bounded by
/// the messages under way.
final class BenchOutlet: Sendable {
    /// Something that came out of the engine.
    enum Output: Sendable {
        /// For a module, or an answer for the cloud; it belongs to the message with this id.
        case message(Message, to: String)
        /// An entry of the outbox.
        case entry(Bytes)
    }

    /// When what came out.
    struct Arrival: Sendable {
        let ticks: UInt64
        let outputs: [Output]
    }

    private struct State {
        var arrivals: [Arrival] = []
        var count = 0
        /// How many outputs in all the feeder waits for; it sleeps through those before.
        var wanted = 0
    }

    private let state = Lock(State())
    private let time = SystemTime()

    func put(_ outputs: [Output]) {
        guard !outputs.isEmpty else { return }
        let arrival = Arrival(ticks: time.now().ticks, outputs: outputs)
        let isEnough = state.withLock { state in
            state.arrivals.append(arrival)
            state.count += outputs.count
            return state.count >= state.wanted
        }
        if isEnough { state.signal() }
    }

    /// What is there now, without waiting.
    func takeAll() -> [Arrival] {
        state.withLock { state in
            defer { state.arrivals = [] }
            return state.arrivals
        }
    }

    /// Drops what is there now, as if it had never come.
    func forget() {
        state.withLock { state in
            state.count -= state.arrivals.reduce(0) { $0 + $1.outputs.count }
            state.arrivals = []
        }
    }

    /// Blocks until so many outputs have come in all.
    ///
    /// - Returns: what came; nothing after half a minute.
    func take(after count: Int) -> [Arrival] {
        state.wait(deadline: time.now().ticks + 30_000_000_000) { state in
            state.wanted = count
            guard state.count >= count, !state.arrivals.isEmpty else { return nil }
            defer { state.arrivals = [] }
            return state.arrivals
        } ?? []
    }
}

/// Stands in for a module: takes everything at once.
final class BenchModule: ModuleEndpoint {
    private let outlet: BenchOutlet

    init(outlet: BenchOutlet) { self.outlet = outlet }

    func deliver(_ messages: [Message]) {
        var outputs: [BenchOutlet.Output] = []
        outputs.reserveCapacity(messages.count)
        for message in messages where message.route.operation != .connect {
            outputs.append(
                .message(message, to: message.header.parentID.isEmpty ? message.id : message.header.parentID))
        }
        outlet.put(outputs)
    }
}

/// Stands in for the cloud: takes every frame at once, ends entries of the outbox by pong, knows no object.
final class BenchCloud: CloudPort {
    private let outlet: BenchOutlet
    private let inbox: Inbox<Input>
    private let ids = Lock(MessageIDSource())

    init(outlet: BenchOutlet, inbox: Inbox<Input>) {
        self.outlet = outlet
        self.inbox = inbox
    }

    func send(_ frames: [CloudFrame]) {
        var outputs: [BenchOutlet.Output] = []
        outputs.reserveCapacity(frames.count)
        var places: [Int64] = []
        for frame in frames {
            switch (frame.kind, frame.body) {
            case (.answer, .message(let message)): outputs.append(.message(message, to: message.header.parentID))
            case (.request, .message(let message)): answer(message)
            case (.report, .message(let message)): outputs.append(.message(message, to: BenchRun.reportID))
            case (.outbox(let place, _), .frame(let frame)):
                places.append(place)
                outputs.append(.entry(frame))
            default: break
            }
        }
        if !places.isEmpty { inbox.insist(.confirmed(connection: BenchRun.connection, places: places)) }
        outlet.put(outputs)
    }

    private func answer(_ request: Message) {
        let status: JSONValue = [
            "ErrStatus": [
                "metadata": [:], "status": "Failure", "message": "not found", "reason": "NotFound", "code": 404,
            ]
        ]
        var route = request.route
        route.operation = .response
        route.source = .edgeController
        route.group = .resource
        let header = Header(
            id: ids.withLock { $0.next() }, parentID: request.id, timestamp: request.header.timestamp)
        inbox.insist(.fromCloud(Message(header: header, route: route, content: Content(status))))
    }
}
