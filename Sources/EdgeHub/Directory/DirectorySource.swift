public import Beehive
public import Logging
public import MetaManager
public import ServiceLifecycle

/// A folder of manifests in the cloud's place: pushes what it says, answers what comes up.
///
/// Everything happens on a thread of its own. Frames to the loop wait for room in its inbox; frames from the loop are
/// taken without blocking.
public final class DirectorySource: Service, CloudPort {
    private let settings: DirectorySettings
    private let inbox: Inbox<Input>
    private let time: any TimeSource
    private let logger: Logger
    private let control = DirectoryControl()

    /// Makes a source; `run` starts it.
    ///
    /// - Parameters:
    ///   - settings: which folder, and how it is watched.
    ///   - inbox: the loop's inbox.
    ///   - time: where the time comes from.
    ///   - logger: where problems are told of once.
    public init(
        settings: DirectorySettings, inbox: Inbox<Input>, time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.settings = settings
        self.inbox = inbox
        self.time = time
        self.logger = logger
    }

    /// How it stands.
    public var report: DirectoryReport { control.report }

    /// Takes frames of the loop, without blocking.
    public func send(_ frames: [CloudFrame]) { control.add(frames) }

    /// Works until the service is shut down or the inbox closed.
    public func run() async throws {
        let thread = LoopThread()
        thread.start { [settings, control, inbox, time, logger] in
            var worker = DirectoryWorker(
                settings: settings, control: control, inbox: inbox, time: time, logger: logger)
            worker.run()
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await thread.join()
        } onCancelOrGracefulShutdown: { [control] in
            control.stop()
        }
    }
}
