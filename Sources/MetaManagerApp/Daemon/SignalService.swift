internal import ServiceLifecycle
internal import UnixSignals

/// Ends the daemon in order when a signal asks for it.
///
/// The signals are trapped before the parts are made, so that one that comes while the daemon starts is not lost and
/// does not kill it.
struct SignalService: NamedService {
    let signals: UnixSignalsSequence

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { return }
    }
}
