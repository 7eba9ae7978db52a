internal import Beehive
internal import Logging
internal import MetaManager
internal import ServiceLifecycle

/// A service whose name is that of its type: the group makes one of all that stands in it otherwise, secrets too, for
/// milliseconds.
protocol NamedService: Service, CustomStringConvertible {}

extension NamedService {
    var description: String { "\(Self.self)" }
}

/// Waits for the loop's thread, which runs already; at shutdown the inbox closes, and what is inside is still done.
struct LoopService: NamedService {
    let inbox: Inbox<Input>
    let thread: LoopThread

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await thread.join()
        } onCancelOrGracefulShutdown: {
            inbox.close()
        }
    }
}

/// Drops the mailboxes of modules that stay away, and keeps the service manager's watchdog quiet while the loop answers.
struct HousekeepingService: NamedService {
    let bus: ModuleBus
    let keep: Lock<Duration>
    let notifier: ServiceNotifier
    let heartbeat: @Sendable () -> Bool
    let logger: Logger

    func run() async throws {
        let interval = min(notifier.watchdog ?? .seconds(30), .seconds(30))
        while true {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            } catch {
                return
            }
            for name in bus.forget(after: keep.withLock { $0 }) {
                logger.info("mailbox dropped", metadata: ["module": "\(name)"])
            }
            if notifier.watchdog != nil, heartbeat() { notifier.tell("WATCHDOG=1") }
        }
    }
}
