internal import Logging
internal import MetaManager
internal import ServiceLifecycle

/// Lets the flight recorder write what waits at the end, and says once when nothing is recorded.
struct RecorderService: NamedService {
    let recorder: FlightRecorder
    let logger: Logger

    func run() async throws {
        var told: String?
        while await rest() {
            let status = recorder.status
            if let problem = status.problem, told == nil {
                logger.warning("nothing is recorded: \(problem)")
                told = problem
            } else if status.problem == nil, status.isOn, told != nil {
                logger.notice("decisions are recorded again")
                told = nil
            }
        }
        await recorder.stop()
    }

    /// Waits; false at the end of the daemon.
    private func rest() async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(10)) }
            return true
        } catch {
            return false
        }
    }
}
