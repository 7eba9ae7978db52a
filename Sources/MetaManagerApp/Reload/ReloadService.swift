internal import Beehive
internal import EdgeHub
internal import Glibc
internal import MetaManager
internal import ServiceLifecycle
internal import UnixSignals

/// Has the configuration read again on SIGHUP and when its file changes, on a thread of its own: a file may be slow.
struct ReloadService: NamedService {
    let worker: ReloadWorker
    let notifier: ServiceNotifier

    func run() async throws {
        let thread = LoopThread()
        thread.start { worker.run() }
        await withTaskCancellationOrGracefulShutdownHandler {
            for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { worker.ask() }
            // Services stop in reverse order, and this one is the last: the stop begins here.
            notifier.tell("STOPPING=1")
            worker.stop()
            // What is being read is not taken over any more: the end of the daemon does not wait for a slow file.
            await thread.join(within: .seconds(1))
        } onCancelOrGracefulShutdown: {
            worker.stop()
        }
    }
}

/// The thread's work: waits for a reason to read the configuration, lets what comes together count as one, and reads it.
final class ReloadWorker: Sendable {
    private struct Requests {
        var isAsked = false
        var isStopping = false
    }

    private enum Pace {
        /// Signals in a row are one, and a folder where much happens does not keep the thread busy.
        static let signals: Int32 = 100
        /// The same while a change is waited out.
        static let step: Int32 = 10
        /// How often the file is looked at without a word of the kernel.
        static let look = Duration.seconds(30)
    }

    private let file: WatchedFile?
    private let make: @Sendable () -> Reloader
    private let notifier: ServiceNotifier
    private let time: any TimeSource
    private let requests = Lock(Requests())
    private let signal = WakeSignal()

    /// Makes the work.
    ///
    /// - Parameters:
    ///   - file: what is watched; nil: nothing is.
    ///   - notifier: told of each reload.
    ///   - time: where the time comes from.
    ///   - make: makes the reloader, which the thread owns.
    init(
        file: WatchedFile?, notifier: ServiceNotifier, time: any TimeSource = SystemTime(),
        make: @escaping @Sendable () -> Reloader
    ) {
        self.file = file
        self.notifier = notifier
        self.time = time
        self.make = make
    }

    /// Has the configuration read soon; many calls before that are one.
    func ask() {
        requests.withLock { $0.isAsked = true }
        signal.wake()
    }

    /// Ends the work.
    func stop() {
        requests.withLock { $0.isStopping = true }
        signal.wake()
    }

    private var isStopping: Bool { requests.withLock { $0.isStopping } }

    /// Works until it is stopped; blocks its thread.
    func run() {
        var reloader = make()
        var watcher = ConfigurationWatcher(file, signal: signal)
        var isQuiet = true
        var nextLook: UInt64 = 0
        while !isStopping {
            let isAsked = requests.withLock { requests in
                defer { requests.isAsked = false }
                return requests.isAsked
            }
            // A trial looks more often, but not at the file: one that is still written is told of when it is closed.
            let ticks = time.now().ticks
            let isDue = isAsked || !isQuiet || ticks >= nextLook
            if ticks >= nextLook { nextLook = ticks + Pace.look.nanoseconds }
            // A signal reads the file as it is; a change waits until it is whole, whoever has told of it.
            if isDue, !isAsked, watcher.hasChanged { settle(&watcher) }
            guard !isStopping else { return }
            if isDue, watcher.takeChange() || isAsked { reload(&reloader) }
            reloader.look()
            if isAsked || !isQuiet { watcher.rest(milliseconds: Pace.signals) }
            guard !isStopping else { return }
            let wait = reloader.trial == nil ? Pace.look : ReloadTrial.interval
            isQuiet = requests.withLock { $0.isAsked } || !watcher.wait(milliseconds: Int32(wait.milliseconds))
        }
    }

    /// Waits until the change is whole, as far as that can be seen; a signal ends it.
    private func settle(_ watcher: inout ConfigurationWatcher) {
        var span = QuietSpan(at: time.now().ticks)
        var seen = watcher.identity
        while let left = span.left(at: time.now().ticks), !requests.withLock({ $0.isAsked || $0.isStopping }) {
            // A file that is written in place is not told of before it is closed: its size and times tell.
            let hasChanged = watcher.wait(milliseconds: Int32(clamping: left.milliseconds + 1))
            let identity = watcher.identity
            guard hasChanged || identity != seen else { continue }
            seen = identity
            span.changed(at: time.now().ticks)
            watcher.rest(milliseconds: Pace.step)
        }
    }

    private func reload(_ reloader: inout Reloader) {
        // The manager tells this reload from an earlier one by the time.
        notifier.tell("RELOADING=1\nMONOTONIC_USEC=\(SystemTime().now().ticks / 1000)")
        reloader.reload(unless: { isStopping })
        guard !isStopping else { return }
        notifier.tell("READY=1")
    }
}
