internal import Beehive
internal import MetaManager

/// Follows which messages are under way, and how long each took to its last output.
final class BenchTracker: Sendable {
    struct State {
        var sentAt: [UInt64]
        var left: [Int32]
        var latency: [UInt64]
        var indexByID: [String: Int32] = [:]
        var done = 0
        var outputs = 0
        /// Latest state of each key that the cloud still has to see.
        var owed: [String: String] = [:]
        var statesSeen = 0
        var lastOutput: UInt64 = 0
        var unexpected = 0
        var bytes = 0
    }

    let state: Lock<State>
    private let time = SystemTime()

    init(count: Int) {
        state = Lock(
            State(
                sentAt: [UInt64](repeating: 0, count: count), left: [Int32](repeating: 0, count: count),
                latency: [UInt64](repeating: 0, count: count)))
    }

    /// A message goes out; its outputs are counted from here.
    func sent(_ index: Int, id: String, outputs: Int) {
        let now = time.now().ticks
        state.withLock { state in
            state.sentAt[index] = now
            state.left[index] = Int32(outputs)
            state.indexByID[id] = Int32(index)
            if outputs == 0 { Self.finish(index, &state, now) }
        }
    }

    private static func finish(_ index: Int, _ state: inout State, _ now: UInt64) {
        state.latency[index] = now - state.sentAt[index]
        state.done += 1
    }

    /// An output arrived.
    func arrived(ids: [String], bytes: Int = 0) {
        let now = time.now().ticks
        state.withLock { state in
            state.lastOutput = now
            state.bytes += bytes
            for id in ids {
                state.outputs += 1
                guard let index = state.indexByID[id].map(Int.init) else {
                    // The push of statuses when the link comes up belongs to no message.
                    if id != BenchRun.reportID { state.unexpected += 1 }
                    continue
                }
                state.left[index] -= 1
                if state.left[index] == 0 { Self.finish(index, &state, now) }
            }
        }
        state.signal()
    }

    /// Blocks until at most so many messages are under way.
    ///
    /// - Returns: false when nothing moved for a long time.
    func wait(sent: Int, atMost: Int) -> Bool {
        state.wait(deadline: time.now().ticks + 30_000_000_000) { state in
            sent - state.done <= atMost ? true : nil
        } ?? false
    }
}

/// Stands in for a module: counts what it gets, and in wire mode encodes it.
final class BenchModule: ModuleEndpoint {
    private let tracker: BenchTracker
    private let isWire: Bool

    init(tracker: BenchTracker, isWire: Bool) {
        self.tracker = tracker
        self.isWire = isWire
    }

    func deliver(_ messages: [Message]) {
        var ids: [String] = []
        ids.reserveCapacity(messages.count)
        var bytes = 0
        for message in messages where message.route.operation != .connect {
            // A list that cannot be read is an output that is missing.
            guard let taken = try? isWire ? Self.encoded(message) : Self.read(message) else { continue }
            bytes += taken
            ids.append(message.header.parentID.isEmpty ? message.id : message.header.parentID)
        }
        if !ids.isEmpty { tracker.arrived(ids: ids, bytes: bytes) }
    }
}

extension BenchModule {
    /// A reader in this process: of a list that is read when it leaves, it reads every value.
    private static func read(_ message: Message) throws -> Int {
        guard case .stored(let texts) = message.content.form else { return 0 }
        var bytes = 0
        try texts.withSnapshot { cursor in try cursor.walk { bytes += $0.count } }
        return bytes
    }

    /// A socket: the whole frame in bytes, a long list in pieces.
    private static func encoded(_ message: Message) throws -> Int {
        var bytes = 0
        try MessageEncoder.write(message, inPiecesOf: 1 << 16) { bytes += $0.count }
        return bytes
    }
}

/// Stands in for the cloud: takes every frame at once, ends entries of the outbox by pong, knows no object.
final class BenchCloud: CloudPort {
    private let tracker: BenchTracker
    private let inbox: Inbox<Input>
    private let isWire: Bool
    private let decoder = MessageDecoder()
    private let ids = Lock(MessageIDSource())

    init(tracker: BenchTracker, inbox: Inbox<Input>, isWire: Bool) {
        self.tracker = tracker
        self.inbox = inbox
        self.isWire = isWire
    }

    func send(_ frames: [CloudFrame]) {
        var arrived: [String] = []
        var places: [Int64] = []
        var bytes = 0
        for frame in frames {
            if isWire { bytes += frame.bytes.count }
            switch (frame.kind, frame.body) {
            case (.answer, .message(let message)): arrived.append(message.header.parentID)
            case (.request, .message(let message)): answer(message)
            case (.report, .message): arrived.append(BenchRun.reportID)
            case (.outbox(let place, _), .frame(let frame)):
                places.append(place)
                guard let message = try? decoder.decode(frame) else { continue }
                arrived.append(message.id)
                tracker.state.withLock { state in
                    state.statesSeen += 1
                    if state.owed[message.route.resource] == message.id { state.owed[message.route.resource] = nil }
                }
            default: break
            }
        }
        if !places.isEmpty { inbox.insist(.confirmed(connection: BenchRun.connection, places: places)) }
        if !arrived.isEmpty { tracker.arrived(ids: arrived, bytes: bytes) }
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
