internal import Beehive
internal import Logging
internal import MetaManager

/// The source's thread: reads the folder, tells the loop, answers what comes up.
struct DirectoryWorker {
    let settings: DirectorySettings
    let control: DirectoryControl
    private let inbox: Inbox<Input>
    private let time: any TimeSource
    let logger: Logger
    let watcher: FolderWatcher
    var state: DirectoryState
    private var reader: FolderReader
    var queue: PushQueue
    var status: StatusFolder
    var report = DirectoryReport()
    /// The number of the one connection there is; nil before the folder was read.
    private var connection: Int?
    var folderProblem: String?
    var memoryProblem: String?
    var told: Set<String> = []
    /// When the first and the last change of a burst were noticed, in monotonic nanoseconds.
    private var burst: (first: UInt64, last: UInt64)?
    private var nextLook: UInt64?
    private var nextRetry: UInt64?
    var nextSave: UInt64?

    init(
        settings: DirectorySettings, control: DirectoryControl, inbox: Inbox<Input>, time: any TimeSource,
        logger: Logger
    ) {
        self.settings = settings
        self.control = control
        self.inbox = inbox
        self.time = time
        self.logger = logger
        watcher = FolderWatcher(signal: control.signal)
        reader = FolderReader(settings: settings)
        queue = PushQueue(
            limits: PushQueue.Limits(
                ackTimeout: settings.ackTimeout, sendings: settings.sendings, window: settings.window))
        status = StatusFolder(settings: settings)
        state = DirectoryState(now: time.now().wall)
    }

    /// Works until the source is stopped or the inbox closed; blocks its thread.
    mutating func run() {
        recall()
        look(at: time.now())
        while !control.isStopped, !inbox.isClosed {
            let now = time.now()
            if watcher.wait(now: now, until: deadline) { noteChange() }
            step()
        }
        save()
        if let connection { inbox.insist(.linkDown(connection: connection)) }
    }

    private mutating func step() {
        var inputs: [Input] = []
        for frame in control.takeFrames() { inputs += take(frame) }
        let now = time.now()
        if let due = lookDue, due <= now.ticks { look(at: now) }
        if let due = nextRetry, due <= now.ticks {
            inputs += tell(status.retry())
            nextRetry = nil
        }
        if status.isHolding, nextRetry == nil {
            nextRetry = now.ticks + settings.rescan.nanoseconds
        }
        if connection != nil { inputs += queue.due(at: now, ids: &state.ids).map { .fromCloud($0) } }
        // Versions are noted before anybody sees them.
        if state.isUnsaved { save() }
        for input in inputs { guard control.send(input, to: inbox) else { return } }
        if state.hasAcknowledgements {
            if nextSave == nil { nextSave = now.ticks + 1_000_000_000 }
            if queue.count == 0 || nextSave.map({ $0 <= now.ticks }) == true { save() }
        }
        publish()
    }

    private var lookDue: UInt64? {
        let settled = burst.map { burst in
            min(burst.last + settings.debounce.nanoseconds, burst.first + settings.debounce.nanoseconds * 10)
        }
        return [settled, nextLook].compactMap { $0 }.min()
    }

    private var deadline: UInt64? {
        [lookDue, nextRetry, nextSave, connection == nil ? nil : queue.nextDeadline].compactMap { $0 }.min()
    }

    private mutating func noteChange() {
        let now = time.now().ticks
        burst = (burst?.first ?? now, now)
    }

    // MARK: The folder

    private mutating func look(at now: Moment) {
        burst = nil
        let watcher = self.watcher
        watcher.beginLook()
        switch reader.read(now: now.wall * 1_000_000, watching: { watcher.watch($0) }) {
        case .success(let reading):
            folderProblem = nil
            let pushes = state.apply(
                reading, resending: settings.sendsEverything && connection == nil, now: now.wall)
            reader.forget(state.shadowed)
            for push in pushes {
                queue.add(push)
                guard push.operation == .delete, push.path.type == .pod else { continue }
                let traces = DirectoryState.traces(of: push.path).map { StatusWrite.remove(path: $0) }
                _ = status.perform(DirectoryEffects(writes: traces), place: nil)
            }
            report.lastReading = now.wall
            report.isFolderPresent = true
            if connection == nil { connect() }
        case .failure(let failure):
            // A folder that is gone is an accident, not an order to delete everything.
            folderProblem = "\(failure): what was read before stays"
            report.isFolderPresent = false
        }
        let isBlind = folderProblem != nil || watcher.problem != nil || reader.hasLinks
        nextLook = isBlind ? now.ticks + settings.rescan.nanoseconds : nil
        if reader.hasUnsettled { nextLook = now.ticks + settings.debounce.nanoseconds }
        // Frames that came of it leave in this step, or in the first.
        control.signal.wake()
    }

    private mutating func connect() {
        connection = 1
        guard control.send(.linkUp(connection: 1), to: inbox) else { return }
        _ = control.send(.credit(connection: 1, entries: settings.credit), to: inbox)
    }

    // MARK: What comes up

    private mutating func take(_ frame: CloudFrame) -> [Input] {
        var place: Int64?
        if case .outbox(let number, _) = frame.kind { place = number }
        let message: Message
        switch frame.body {
        case .message(let whole): message = whole
        case .frame(let bytes):
            guard let decoded = try? MessageDecoder().decode(bytes) else {
                count("unreadable")
                return tell([StatusFolder.Held(writes: [], replies: [], place: place)])
            }
            message = decoded
        }
        switch message.route.operation {
        case .response:
            if let push = queue.acknowledge(message.header.parentID) { state.acknowledged(push) }
            count("ack")
        case .keepalive: break
        default:
            guard let effects = state.take(message, at: time.now()) else {
                count("unknown")
                logger.debug(
                    "A frame that a folder has no answer to",
                    metadata: [
                        "message.operation": "\(message.route.operation)",
                        "message.resource": "\(message.route.resource)",
                    ])
                break
            }
            count("answered")
            for push in effects.pushes { queue.add(push) }
            return tell(status.perform(effects, place: place))
        }
        return tell([StatusFolder.Held(writes: [], replies: [], place: place)])
    }

    private mutating func count(_ what: String) { report.frames[what, default: 0] += 1 }

    /// Answers first, since they end entries that a confirmation does not.
    private func tell(_ done: [StatusFolder.Held]) -> [Input] {
        guard let connection else { return [] }
        var inputs = done.flatMap { $0.replies.map { Input.fromCloud($0) } }
        let places = done.compactMap(\.place)
        if !places.isEmpty {
            inputs.append(.confirmed(connection: connection, places: places))
            inputs.append(.credit(connection: connection, entries: places.count))
        }
        return inputs
    }
}
