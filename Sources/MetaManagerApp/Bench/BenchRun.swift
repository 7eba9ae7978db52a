public import Beehive
internal import Glibc
internal import MetaManager
internal import MetaStore

/// One run of `metamanager bench`: the real engine on the real store, counting sinks around it.
public struct BenchRun: Sendable {
    /// How messages come in and go out.
    public enum Mode: String, Sendable, CaseIterable {
        /// Parsed beforehand, taken as they are.
        case bus
        /// Decoded from bytes and encoded to bytes within the time measured.
        case wire
    }

    /// The messages to run, one in a line.
    public var messages: String
    /// Messages that fill the store before the clock starts; nil for an empty store.
    public var preload: String?
    /// How messages come in and go out.
    public var mode: Mode
    /// How many messages may be under way; 1 is a closed loop.
    public var inFlight: Int
    /// The database; made anew.
    public var database: String
    /// Whether the link is up; nil chooses by the first message (down for queries).
    public var isLinkUp: Bool?
    /// Told how far a long run is.
    public var progress: @Sendable (String) -> Void

    static let connection = 1
    static let reportID = "report"

    /// Describes a run.
    ///
    /// - Parameters:
    ///   - messages: the messages to run.
    ///   - preload: messages that fill the store before the clock starts.
    ///   - mode: how messages come in and go out.
    ///   - inFlight: how many messages may be under way.
    ///   - database: the database.
    ///   - isLinkUp: whether the link is up.
    ///   - progress: told how far a long run is.
    public init(
        messages: String, preload: String?, mode: Mode, inFlight: Int, database: String, isLinkUp: Bool?,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.messages = messages
        self.preload = preload
        self.mode = mode
        self.inFlight = max(1, inFlight)
        self.database = database
        self.isLinkUp = isLinkUp
        self.progress = progress
    }

    /// Runs.
    ///
    /// - Returns: the figures, as one JSON object.
    /// - Throws: `FileError`, `DecodeError`, `StoreError`, or `BenchError` when an output is missing.
    public func run() throws -> JSONValue {
        // As in the daemon.
        Heap.prepare()
        for suffix in ["", "-wal", "-shm", ".key"] { unlink(database + suffix) }
        var first: Message?
        var reader = try LineReader(path: messages)
        if let line = reader.next() { first = try MessageDecoder().decode(line) }
        reader.close()
        guard let first else { throw BenchError(description: "\(messages) holds no message") }
        let decoder = MessageDecoder()
        let isUp = isLinkUp ?? (first.route.operation != .query)

        var expectations = BenchExpectations(isLinkUp: isUp)
        let wall = SystemTime().now().wall
        if let preload { try fill(from: preload, following: &expectations) }
        let store = try MetaStore(path: database, now: wall, sealing: sealing)
        // Worked out before the clock starts, so that the feeder only decodes and hands over. In wire mode the frames
        // are read from the file again as they go, so that memory shows the engine and not the file.
        var outputs: [BenchExpectations.Outputs] = []
        var parsed: [Message] = []
        reader = try LineReader(path: messages)
        while let frame = reader.next() {
            let message = try decoder.decode(frame)
            outputs.append(expectations.follow(message))
            if mode == .bus { parsed.append(message) }
        }
        reader.close()
        let parts = Parts(store: store, isUp: isUp)
        let tracker = BenchTracker(count: outputs.count, outlet: parts.outlet, isWire: mode == .wire)
        let thread = LoopThread()
        let loop = parts.loop
        thread.start { loop.run() }
        // As the daemon does after its start: what only the preparations needed is not the engine's.
        Heap.trim()
        CodePages.release()
        resetPeak()
        let (memory, written) = (Usage.residentKiB(), Usage.writtenBytes())
        let before = Usage.now()
        let start = SystemTime().now().ticks
        try feed(parsed, outputs, isUp: isUp, into: parts, tracker: tracker)
        guard try tracker.wait(sent: outputs.count, atMost: 0) else {
            let (done, seen) = tracker.progress
            throw BenchError(
                description: "\(outputs.count - done) of \(outputs.count) messages miss an output; \(seen) came")
        }
        let after = Usage.now()
        let peak = Usage.peakKiB()
        parts.inbox.close()
        thread.wait()
        return report(
            count: outputs.count, start: start, cpu: after.cpu - before.cpu, memory: (memory, peak),
            written: Usage.writtenBytes() - written, parts: parts, tracker: tracker, isUp: isUp)
    }

    /// Secrets are sealed as in production, with a key beside the database.
    private var sealing: Sealing {
        Sealing(types: [.secret, .serviceAccountToken], key: .file(database + ".key"))
    }

    /// The engine and what stands around it.
    struct Parts {
        let outlet = BenchOutlet()
        let inbox: Inbox<Input>
        let loop: MetadataLoop
        let edged = ModuleInfo(name: .edged, release: "1.2")

        init(store: sending MetaStore, isUp: Bool) {
            inbox = Inbox(capacity: 1024)
            let bus = ModuleBus(
                intake: Intake(inbox), owed: { _ in [] },
                relist: { RelistTypes.frame(for: $0, types: $1, id: "", at: SystemTime().now()) })
            bus.attach(edged, endpoint: BenchModule(outlet: outlet))
            for name in [ModuleName.edgeMesh, .edgeFunction, .twin] {
                bus.attach(ModuleInfo(name: name), endpoint: BenchModule(outlet: outlet))
            }
            let cloud = BenchCloud(outlet: outlet, inbox: inbox)
            let now = SystemTime().now()
            loop = MetadataLoop(
                store: store, planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox, bus: bus,
                cloud: cloud)
            if isUp {
                inbox.insist(.linkUp(connection: BenchRun.connection))
                inbox.insist(.credit(connection: BenchRun.connection, entries: .max / 2))
            }
        }
    }

    private func fill(from path: String, following expectations: inout BenchExpectations) throws {
        progress("filling the store from \(path)")
        let store = try MetaStore(path: database, now: SystemTime().now().wall, sealing: sealing)
        let parts = Parts(store: store, isUp: false)
        var reader = try LineReader(path: path)
        let decoder = MessageDecoder()
        var batch: [Input] = []
        while let line = reader.next() {
            let message = try decoder.decode(line)
            _ = expectations.follow(message)
            batch.append(input(message, parts))
            if batch.count == 512 {
                parts.loop.step(batch)
                _ = parts.outlet.takeAll()
                batch = []
            }
        }
        if !batch.isEmpty { parts.loop.step(batch) }
        reader.close()
        // What the preload queued for the cloud is not a part of the run.
        parts.loop.step([.dropOutbox(id: nil)])
        parts.inbox.close()
        parts.loop.run()
    }

    private func input(_ message: Message, _ parts: Parts) -> Input {
        let source = message.route.source
        if source == .edged { return .fromModule(message, parts.edged) }
        return source.isMetaManager ? .fromModule(message, ModuleInfo(name: source)) : .fromCloud(message)
    }

    private func feed(
        _ parsed: [Message], _ outputs: [BenchExpectations.Outputs], isUp: Bool, into parts: Parts,
        tracker: BenchTracker
    ) throws {
        let decoder = MessageDecoder()
        var reader = mode == .wire ? try LineReader(path: messages) : nil
        defer { reader?.close() }
        for index in outputs.indices {
            let message: Message
            if mode == .bus {
                message = parsed[index]
            } else {
                guard let frame = reader?.next() else {
                    throw BenchError(description: "\(messages) has changed while it was read")
                }
                message = try decoder.decode(frame)
            }
            let wanted = outputs[index]
            // A state sent in a closed loop is the last of its key by then, so its frame is an output to wait for.
            let waitsForState = wanted.isState && inFlight == 1 && isUp
            let isReport = wanted.reports > 0
            tracker.sent(
                index, id: isReport ? Self.reportID : message.id,
                outputs: wanted.local + wanted.acks + wanted.reports + (waitsForState ? 1 : 0))
            if wanted.isState, isUp { tracker.owed[message.route.resource] = message.id }
            if message.route.operation == .delete, let path = try? ResourcePath(parsing: message.route.resource) {
                tracker.owed[path.with(type: .podStatus).key] = nil
            }
            let input = self.input(message, parts)
            while !parts.inbox.offer(input) {
                let room = Lock(false)
                parts.inbox.whenRoom {
                    room.withLock { $0 = true }
                    room.signal()
                }
                _ = room.wait(deadline: nil) { $0 ? true : nil }
            }
            guard try tracker.wait(sent: index + 1, atMost: inFlight - 1) else {
                throw BenchError(description: "message \(index) (\(message.route.resource)) misses an output")
            }
        }
    }
}

/// A run that is not right.
public struct BenchError: Error, Sendable, CustomStringConvertible {
    /// One line that says what is missing.
    public let description: String
}
