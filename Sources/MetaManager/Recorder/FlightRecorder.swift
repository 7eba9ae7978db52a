internal import Beehive
internal import DequeModule
internal import MetaStore

/// Keeps the last messages and decisions in a folder of bounded size, so that they can be replayed.
///
/// The loop hands over references and never waits: what does not fit is dropped and counted, and the record goes on
/// with a new checkpoint. Everything is written on a thread of its own.
public final class FlightRecorder: Sendable {
    /// How the recorder stands.
    public struct Status: Sendable, Hashable {
        /// Where it writes.
        public var folder = ""
        /// False while nothing is recorded: switched off, or in trouble.
        public var isOn = false
        /// Why nothing is recorded; nil when all is well, or when it is switched off.
        public var problem: String?
        /// Inputs that were recorded.
        public var recorded: UInt64 = 0
        /// Inputs that were not, since the writer did not keep up.
        public var droppedSlow: UInt64 = 0
        /// Inputs that were not, since `trace.bytes` left no room for them.
        public var droppedFull: UInt64 = 0
        /// Inputs that were not, since the file could not be written or another place was named.
        public var droppedFailed: UInt64 = 0
        /// Inputs that were not recorded, whatever the reason.
        public var dropped: UInt64 { droppedSlow + droppedFull + droppedFailed }

        /// How a recorder stands that has not begun.
        public init() {}
        /// Bytes that were written.
        public var written: UInt64 = 0
    }

    private struct State {
        var items = Deque<RecordItem>()
        var bytes = 0
        /// Inputs that wait.
        var inputs = 0
        var status = Status()
        var needsCheckpoint = true
        var isIdle = false
        var isUrgent = false
        var isClosed = false
        /// Place and size, and the same where they have yet to be taken over.
        var current = (folder: "", bytes: 0)
        var target: (folder: String, bytes: Int)?
        /// Counts what was taken and what is on its way to the disk.
        var taken: UInt64 = 0
        var done: UInt64 = 0
    }

    /// The fewest bytes of a record in which anything can be kept.
    public static let smallest = 64 << 10

    private let state: Lock<State>
    private let build: String
    private let thread = LoopThread()
    private let inputLimit: Int
    private let byteLimit: Int
    /// How long the first item waits for others.
    private let gathering: Duration
    /// How long after trouble it is tried again.
    private let pause: Duration

    /// Makes a recorder; `start` starts it.
    ///
    /// - Parameters:
    ///   - folder: where the record is kept.
    ///   - bytes: the most bytes of it; 0 switches it off.
    ///   - build: what this build is called.
    ///   - inputLimit: the most inputs that may wait to be written.
    ///   - byteLimit: about the most bytes that they may keep alive.
    ///   - gathering: how long the first waits for others, so that many are written at once.
    ///   - pause: how long after trouble it is tried again.
    public init(
        folder: String, bytes: Int, build: String, inputLimit: Int = 8192,
        byteLimit: Int = 4 << 20, gathering: Duration = .milliseconds(250), pause: Duration = .seconds(60)
    ) {
        self.build = build
        self.inputLimit = inputLimit
        self.byteLimit = byteLimit
        self.gathering = gathering
        self.pause = pause
        var first = State()
        first.current = (folder, bytes)
        first.target = (folder, bytes)
        first.status.folder = folder
        first.status.isOn = bytes > 0
        state = Lock(first)
    }

    /// How it stands.
    public var status: Status { state.withLock { $0.status } }

    /// Starts writing.
    public func start() { thread.start { [self] in run() } }

    /// Ends; what waits is still written.
    public func stop() async {
        state.withLock { $0.isClosed = true }
        state.broadcast()
        await thread.join()
    }

    /// Goes on in another folder, or with another size; 0 switches it off.
    ///
    /// - Parameters:
    ///   - folder: where the record is kept.
    ///   - bytes: the most bytes of it.
    public func set(folder: String, bytes: Int) {
        let isNew = state.withLock { state in
            guard state.current.folder != folder || state.current.bytes != bytes else { return false }
            state.current = (folder, bytes)
            state.target = (folder, bytes)
            state.status.folder = folder
            state.status.isOn = bytes > 0
            state.status.problem = nil
            state.needsCheckpoint = true
            return true
        }
        if isNew { state.broadcast() }
    }

    /// Waits until everything handed over before is in the file; blocks its thread.
    ///
    /// - Parameter limit: how long to wait at most.
    /// - Returns: false when that took too long.
    @discardableResult
    public func flush(within limit: Duration = .seconds(10)) -> Bool {
        let wanted = state.withLock { state in
            state.isUrgent = true
            return state.taken
        }
        state.broadcast()
        let end = SystemTime().now().advanced(by: limit).ticks
        return state.wait(deadline: end) { $0.done >= wanted || !$0.status.isOn ? true : nil } ?? false
    }

    // MARK: The loop's side

    /// Whether the next batch is recorded; notes what the planner knows if the record begins here.
    ///
    /// - Returns: what the batch's readings are noted on; nil when it is not recorded.
    func begin(
        _ planner: Planner, inputs: Int, depth: OutboxDepth, at now: Moment, revision: Int64
    ) -> Tape? {
        state.withLock { state in
            guard state.status.isOn, !state.isClosed else { return nil }
            guard state.inputs < inputLimit, state.bytes < byteLimit else {
                state.status.droppedSlow += UInt64(inputs)
                state.needsCheckpoint = true
                return nil
            }
            if state.needsCheckpoint {
                state.items.append(.checkpoint(planner, depth: depth, at: now, revision: revision))
                state.taken += 1
                state.needsCheckpoint = false
            }
            return Tape()
        }
    }

    /// Takes a batch that was committed.
    func take(_ batch: RecordedBatch) { take(.batch(batch), size: batch.size, inputs: batch.inputs.count) }

    /// Takes note of evicted rows.
    func forgot(_ keys: [String], revision: Int64) {
        take(.forgot(keys, revision: revision), size: keys.count * 64, inputs: 0)
    }

    /// Takes note that the store failed: what the planner knows from here on is not recorded.
    func failed(_ cause: String) {
        take(.failed(cause), size: 0, inputs: 0)
        state.withLock { $0.needsCheckpoint = true }
    }

    private func take(_ item: RecordItem, size: Int, inputs: Int) {
        let isDue = state.withLock { state in
            guard state.status.isOn, !state.isClosed, !state.needsCheckpoint || inputs > 0 else { return false }
            state.items.append(item)
            state.taken += 1
            state.bytes += size
            state.inputs += inputs
            // It is woken once to gather, and when there is much.
            let isMuch = state.bytes > byteLimit / 4 || state.inputs > inputLimit / 4
            defer { state.isIdle = false }
            return state.isIdle || isMuch
        }
        if isDue { state.broadcast() }
    }

    // MARK: The writer's side

    private enum Step {
        case write([RecordItem])
        case reset((folder: String, bytes: Int))
        case again
        case end
    }

    private func run() {
        var writer: RingWriter?
        var lines = RecordLines(build: build)
        while true {
            switch next(isStopped: writer == nil) {
            case .reset(let target):
                _ = writer?.end()
                writer = target.bytes > 0 ? RingWriter(folder: target.folder, limit: target.bytes) : nil
            case .write(let items):
                if var open = writer {
                    let problem = write(items, to: &open, &lines)
                    writer = open
                    if let problem { stopped(because: problem) }
                }
                finished(items)
            case .again:
                state.withLock { state in
                    state.status.isOn = true
                    state.needsCheckpoint = true
                }
            case .end:
                _ = writer?.end()
                return
            }
        }
    }

    /// Waits for work.
    private func next(isStopped: Bool) -> Step {
        // In trouble it is tried again after a while.
        let isInTrouble = state.withLock { $0.status.problem != nil && !$0.status.isOn }
        let retry = isInTrouble ? SystemTime().now().advanced(by: pause).ticks : nil
        let first = state.wait(deadline: retry) { state -> Step? in
            if let target = state.target {
                state.target = nil
                return .reset(target)
            }
            if !state.items.isEmpty { return .write([]) }
            if state.isClosed { return .end }
            state.isIdle = true
            return nil
        }
        guard let first else { return .again }
        guard case .write = first else { return first }
        let end = SystemTime().now().advanced(by: gathering).ticks
        _ = state.wait(deadline: end) { state -> Bool? in
            state.isUrgent || state.isClosed || state.target != nil || state.bytes > byteLimit / 4
                || state.inputs > inputLimit / 4 ? true : nil
        }
        return state.withLock { state in
            let items = Array(state.items)
            state.items.removeAll()
            // What is being written still counts: its memory is held until then.
            state.isUrgent = false
            return .write(items)
        }
    }

    private func write(_ items: [RecordItem], to writer: inout RingWriter, _ lines: inout RecordLines) -> RecordFault? {
        var problem: RecordFault?
        var (recorded, full, failed) = (0, 0, 0)
        for item in items {
            if problem == nil, case .checkpoint(_, _, let now, _) = item, writer.isFull {
                switch writer.begin() {
                case .success(let number): problem = writer.append(lines.header(number: number, wall: now.wall))
                case .failure(let fault): problem = fault
                }
            }
            guard problem == nil, !writer.isClosed else {
                failed += item.inputs
                continue
            }
            guard !writer.isOverfull else {
                full += item.inputs
                continue
            }
            var cut = 0
            let isWhole = lines.write(item) { line in
                guard problem == nil else { return }
                problem = writer.append(line)
                if writer.isCut { cut += 1 }
            }
            if problem != nil {
                failed += item.inputs
                continue
            }
            cut = min(cut, item.inputs)
            recorded += item.inputs - cut
            full += cut
            if !isWhole || writer.isCut { state.withLock { $0.needsCheckpoint = true } }
        }
        problem = problem ?? writer.flush()
        let (isFull, written) = (writer.isFull, writer.written)
        state.withLock { state in
            if isFull { state.needsCheckpoint = true }
            state.status.recorded += UInt64(recorded)
            state.status.droppedFull += UInt64(full)
            state.status.droppedFailed += UInt64(failed)
            state.status.written = written
            if problem == nil, state.status.isOn { state.status.problem = nil }
        }
        return problem
    }

    private func finished(_ items: [RecordItem]) {
        state.withLock { state in
            state.done += UInt64(items.count)
            for item in items {
                state.inputs -= item.inputs
                state.bytes -= item.size
            }
        }
        state.broadcast()
    }

    /// Nothing is recorded for a while; the daemon goes on.
    private func stopped(because problem: RecordFault) {
        state.withLock { state in
            state.status.isOn = false
            state.status.problem = problem.description
            state.needsCheckpoint = true
        }
    }
}

extension RecordItem {
    /// The inputs in it.
    var inputs: Int {
        guard case .batch(let batch) = self else { return 0 }
        return batch.inputs.count
    }

    /// About how many bytes it keeps alive.
    var size: Int {
        switch self {
        case .batch(let batch): batch.size
        case .forgot(let keys, _): keys.count * 64
        case .checkpoint, .failed: 0
        }
    }
}
