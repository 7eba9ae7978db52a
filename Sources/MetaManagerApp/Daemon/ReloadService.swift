internal import Beehive
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again on SIGHUP; an invalid file leaves the old values and says why.
struct ReloadService: NamedService {
    let read: @Sendable () throws -> Configuration
    let apply: @Sendable (Settings) -> Void
    let current: Lock<Configuration>
    let notifier: ServiceNotifier
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            // The manager tells this reload from an earlier one by the time.
            notifier.tell("RELOADING=1\nMONOTONIC_USEC=\(SystemTime().now().ticks / 1000)")
            do {
                let new = try read()
                let old = current.withLock { $0 }
                apply(new.settings)
                current.withLock { $0 = new }
                let stale = zip(old.report.rows, new.report.rows).filter { $0.value != $1.value && !$0.live }.map(
                    \.0.key)
                logger.info("configuration reloaded")
                if !stale.isEmpty {
                    logger.warning(
                        "some changed settings need a restart",
                        metadata: ["keys": "\(stale.joined(separator: ", "))"])
                }
            } catch {
                logger.error("configuration not reloaded: the old one stays", metadata: ["error": "\(error)"])
            }
            notifier.tell("READY=1")
        }
        // Services stop in reverse order, and this one is the last: the stop begins here.
        notifier.tell("STOPPING=1")
    }
}
