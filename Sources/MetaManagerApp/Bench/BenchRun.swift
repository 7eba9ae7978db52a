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
    /// The database; made anew, in the place of one that a bench made.
    public var database: String
    /// Whether the link is up; nil chooses by the first message (down for queries).
    public var isLinkUp: Bool?
    /// The folder of a flight record, to measure what that costs; nil: nothing is recorded, as in every comparison.
    public var record: String?
    /// Told how far a long run is.
    public var progress: @Sendable (String) -> Void

    /// What the engine's inbox holds.
    public static let mostInFlight = 1024
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
    /// - Throws: `FileError`, `StoreError`, or `BenchError`: for messages or a database that are not to be used, before
    ///   anything is changed, and when an output is missing.
    public func run() throws -> JSONValue {
        // As in the daemon.
        Heap.prepare()
        // Nothing is made or replaced before the messages are known to be good.
        let input = BenchInput(option: "--messages", path: messages)
        let filling = preload.map { BenchInput(option: "--preload", path: $0) }
        let first = try input.check()
        try filling?.checkFirst()
        let place = try BenchDatabase(path: database, reading: [input] + (filling.map { [$0] } ?? []))
        defer { place.close() }
        let decoder = MessageDecoder()
        let isUp = isLinkUp ?? (first.route.operation != .query)

        var expectations = BenchExpectations(isLinkUp: isUp)
        let wall = SystemTime().now().wall
        if let filling { try fill(from: filling, following: &expectations) }
        let store = try MetaStore(path: database, now: wall, sealing: sealing)
        // Worked out before the clock starts, so that the feeder only decodes and hands over. In wire mode the frames
        // are read from the file again as they go, so that memory shows the engine and not the file.
        var outputs: [BenchExpectations.Outputs] = []
        var parsed: [Message] = []
        var queries = 0
        var reader = try input.open()
        while let message = try input.next(&reader, decoder) {
            if message.route.operation == .query { queries += 1 }
            outputs.append(expectations.follow(message))
            if mode == .bus { parsed.append(message) }
        }
        reader.close()
        let recorder = record.map { FlightRecorder(folder: $0, bytes: 16 << 20, build: Release.version) }
        recorder?.start()
        let parts = Parts(store: store, recorder: recorder)
        let tracker = BenchTracker(count: outputs.count, outlet: parts.outlet, isWire: mode == .wire)
        let thread = LoopThread()
        let loop = parts.loop
        if isUp {
            // Before the clock: the push of statuses as the link comes up would be taken for that of a sync.
            loop.step([.linkUp(connection: Self.connection), .credit(connection: Self.connection, entries: .max / 2)])
            tracker.settle()
        }
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
            throw BenchError.failed("\(outputs.count - done) of \(outputs.count) messages miss an output; \(seen) came")
        }
        // What is written behind the work is a part of it.
        recorder?.flush()
        let after = Usage.now()
        let peak = Usage.peakKiB()
        parts.inbox.close()
        thread.wait()
        if let status = recorder?.status {
            progress(
                "recorded \(status.recorded) inputs in \(status.written) bytes, \(status.dropped) dropped"
                    + (status.problem.map { "; \($0)" } ?? ""))
        }
        if tracker.found * 2 < queries {
            progress(
                "\(queries - tracker.found) of \(queries) queries found nothing, which is quicker than to find something: "
                    + "fill the store by --preload with the messages that they were made for")
        }
        return report(
            count: outputs.count, queries: queries, start: start, cpu: after.cpu - before.cpu, memory: (memory, peak),
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

        init(store: sending MetaStore, recorder: FlightRecorder?) {
            inbox = Inbox(capacity: BenchRun.mostInFlight)
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
                cloud: cloud, recorder: recorder)
        }
    }

    private func fill(from input: BenchInput, following expectations: inout BenchExpectations) throws {
        progress("filling the store from \(input.path)")
        let store = try MetaStore(path: database, now: SystemTime().now().wall, sealing: sealing)
        let parts = Parts(store: store, recorder: nil)
        var reader = try input.open()
        let decoder = MessageDecoder()
        var batch: [Input] = []
        while let message = try input.next(&reader, decoder) {
            _ = expectations.follow(message)
            batch.append(self.input(message, parts))
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
                guard let frame = try reader?.next() else {
                    throw BenchError.failed("\(messages) has changed while it was read")
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
                throw BenchError.failed("message \(index + 1) (\(message.route.resource)) misses an output")
            }
        }
    }
}
