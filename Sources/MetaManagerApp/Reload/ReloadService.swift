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

    private enum Milliseconds {
        /// A file is read once its folder was quiet for so long: editors and copies take several steps.
        static let quiet: Int32 = 200
        /// But not later than so many times that after the first step.
        static let patience = 10
        /// Signals in a row are one, and a folder where much happens does not keep the thread busy.
        static let pace: Int32 = 100
        /// How often the file is looked at without a word of the kernel.
        static let look: Int32 = 30_000
    }

    private let file: WatchedFile?
    private let make: @Sendable () -> Reloader
    private let notifier: ServiceNotifier
    private let requests = Lock(Requests())
    private let signal = WakeSignal()

    /// Makes the work.
    ///
    /// - Parameters:
    ///   - file: what is watched; nil: nothing is.
    ///   - notifier: told of each reload.
    ///   - make: makes the reloader, which the thread owns.
    init(file: WatchedFile?, notifier: ServiceNotifier, make: @escaping @Sendable () -> Reloader) {
        self.file = file
        self.notifier = notifier
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
        while !isStopping {
            let isAsked = requests.withLock { requests in
                defer { requests.isAsked = false }
                return requests.isAsked
            }
            // A signal reads the file as it is; a change waits until it is whole.
            if !isAsked, !isQuiet { settle(&watcher) }
            if watcher.takeChange() || isAsked { reload(&reloader) }
            reloader.look()
            if isAsked || !isQuiet { watcher.rest(milliseconds: Milliseconds.pace) }
            guard !isStopping else { return }
            let wait = reloader.trial == nil ? Milliseconds.look : Int32(ReloadTrial.interval.milliseconds)
            isQuiet = requests.withLock { $0.isAsked } || !watcher.wait(milliseconds: wait)
        }
    }

    private func settle(_ watcher: inout ConfigurationWatcher) {
        for _ in 0..<Milliseconds.patience where !isStopping {
            guard watcher.wait(milliseconds: Milliseconds.quiet) else { return }
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
