public import Beehive
public import Logging
public import MetaStore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Takes backups by the clock and on request, on a thread of its own; the loop never waits for it.
public final class BackupKeeper: BackupControl {
    /// What is known of a disk.
    public typealias Look = @Sendable (_ folder: String) -> DiskSpace?

    private struct State {
        var settings: BackupSettings
        var known: BackupPlan.Known
        var report = BackupReport()
        var request: BackupRequest?
        var told: BackupPlan.Off?
        var isStopping = false
        /// Counts what the thread has to look at.
        var news = 0
    }

    private let database: String
    private let sealing: Sealing?
    private let readers: StoreReaders?
    private let time: any TimeSource
    private let look: Look
    private let logger: Logger
    private let state: Lock<State>

    /// Makes a keeper; `run` starts it.
    ///
    /// - Parameters:
    ///   - database: the file.
    ///   - settings: when and where.
    ///   - sealing: opens sealed values, to check them.
    ///   - readers: what the writer of this process knows its readers by.
    ///   - time: where the time comes from.
    ///   - look: what is known of a disk.
    ///   - logger: told what was taken, and what was not.
    public init(
        database: String, settings: BackupSettings, sealing: Sealing?, readers: StoreReaders? = nil,
        time: any TimeSource = SystemTime(), look: @escaping Look = { DiskSpace.of($0) }, logger: Logger
    ) {
        self.database = database
        self.sealing = sealing
        self.readers = readers
        self.time = time
        self.look = look
        self.logger = logger
        state = Lock(State(settings: settings, known: .init(started: time.now().ticks)))
    }

    /// How they stand.
    public var status: BackupReport { state.withLock { $0.report } }

    /// The last that somebody asked for; nil when there was none.
    public var lastRequest: BackupRequest? { state.withLock { $0.request } }

    /// Has a backup written to a file, unless another one was asked for and is not done.
    public func request(_ path: String) -> Bool {
        change { state in
            guard state.request?.state != .running, !state.isStopping else { return false }
            state.request = BackupRequest(path: path)
            return true
        }
    }

    /// Takes new settings over; a copy that is being written is finished under the old ones.
    ///
    /// - Parameter settings: when and where.
    public func set(_ settings: BackupSettings) { change { $0.settings = settings } }

    /// Ends the work; what is being written is given up.
    public func stop() { change { $0.isStopping = true } }

    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        let result = state.withLock { state in
            state.news += 1
            return body(&state)
        }
        state.signal()
        return result
    }

    /// Works until it is stopped; blocks its thread, whose priority it lowers.
    public func run() {
        // Of this thread alone. Without it the copy is taken all the same.
        // The zeros are PRIO_PROCESS, which C libraries type differently, and the calling thread.
        _ = setpriority(0, 0, 10)
        while true {
            let news = state.withLock { $0.news }
            let next = step()
            let isStopping = state.wait(deadline: next) { state -> Bool? in
                state.isStopping ? true : state.news != news ? false : nil
            }
            if isStopping == true { return }
        }
    }

    /// Does what is due; `run` calls it, and tests that have no thread.
    ///
    /// - Returns: when something may be due again, in monotonic nanoseconds; nil: when somebody asks.
    public func step() -> UInt64? {
        serveRequest()
        let (settings, known) = state.withLock { state in
            let generation = Backups(folder: state.settings.folder, of: database).generations().last
            state.report.newest = generation
            state.report.every = state.settings.every
            state.known.newest = generation?.time
            return (state.settings, state.known)
        }
        let plan = BackupPlan.next(
            settings, known, disk: look(settings.folder), database: StoreBackup.size(of: database), at: time.now())
        switch plan {
        case .off(let off, let until):
            turnOff(off)
            return until
        case .wait(let until):
            state.withLock { state in
                (state.report.state, state.report.reason, state.told) = (.waiting, nil, nil)
            }
            return until
        case .take:
            take(settings)
            return state.withLock { $0.isStopping } ? nil : time.now().ticks
        }
    }

    /// Says once why none is taken.
    private func turnOff(_ off: BackupPlan.Off) {
        let isNew = state.withLock { state in
            (state.report.state, state.report.reason) = (.off, off.reason)
            defer { state.told = off }
            guard let told = state.told else { return true }
            return !told.isLike(off)
        }
        guard isNew else { return }
        if off == .unwanted {
            logger.notice("no backups are taken", metadata: ["reason": "\(off.reason)"])
        } else {
            logger.warning("no backups are taken", metadata: ["reason": "\(off.reason)"])
        }
    }

    private func backup(rests: Bool) -> StoreBackup {
        StoreBackup(of: database, sealing: sealing, rests: rests, beside: readers) { [state] in
            state.withLock { $0.isStopping }
        }
    }

    private func take(_ settings: BackupSettings) {
        state.withLock { state in (state.report.state, state.report.reason, state.told) = (.running, nil, nil) }
        var failure: StoreError?
        let start = time.now()
        do throws(StoreError) {
            let copy = try backup(rests: true).writeGeneration(
                in: settings.folder, keeping: settings.keep, now: start.wall)
            logger.info("backup taken", metadata: metadata(copy, since: start))
        } catch {
            failure = error
        }
        let end = time.now()
        let isStopping = state.withLock { state in
            state.known.last = end.ticks
            state.known.hasFailed = failure != nil
            state.report.newest = Backups(folder: settings.folder, of: database).generations().last
            state.report.state = .waiting
            guard failure == nil || !state.isStopping else { return true }
            state.report.problem = failure?.description
            let result: BackupReport.Result = failure == nil ? .done : .failed
            state.report.result = result
            state.report.counts[result, default: 0] += 1
            return false
        }
        if let failure, !isStopping { logger.error("no backup taken", metadata: ["error": "\(failure)"]) }
    }

    private func serveRequest() {
        guard let request = state.withLock({ $0.request }), request.state == .running else { return }
        var done = request
        let start = time.now()
        do throws(StoreError) {
            // Somebody waits for it.
            let copy = try backup(rests: false).write(to: request.path)
            (done.state, done.bytes, done.rows) = (.done, copy.bytes, copy.rows)
            logger.info("backup taken on request", metadata: metadata(copy, since: start))
        } catch {
            (done.state, done.failure) = (.failed, error)
            logger.warning("no backup taken on request", metadata: ["error": "\(error)"])
        }
        state.withLock { [done] in $0.request = done }
    }

    private func metadata(_ copy: StoreBackup.Copy, since start: Moment) -> Logger.Metadata {
        [
            "path": "\(copy.path)", "bytes": "\(copy.bytes)", "objects": "\(copy.rows)",
            "ms": "\((time.now().ticks - start.ticks) / 1_000_000)",
        ]
    }
}
