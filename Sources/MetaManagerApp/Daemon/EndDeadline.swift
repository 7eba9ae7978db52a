@preconcurrency internal import Dispatch
internal import Glibc

/// Ends the process when it does not end by itself in time after SIGTERM or SIGINT.
///
/// On a queue of its own: whatever keeps the daemon from stopping, such as work that a hostile peer's objects make long, may
/// keep every thread that tasks run on. Nothing acknowledged is lost by it: it is what `kill -9` would do.
package final class EndDeadline: Sendable {
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen.
    ///
    /// The caller has the signals ignored or trapped, or they end the process as ever.
    ///
    /// - Parameter seconds: how long an orderly end may take.
    package init(seconds: Double) {
        let queue = DispatchQueue(label: "end", qos: .userInteractive)
        sources = [SIGTERM, SIGINT].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler {
                queue.asyncAfter(deadline: .now() + seconds) {
                    let line = Array(
                        "metamanager: the end took over \(seconds) s: ended without waiting further\n".utf8)
                    _ = Glibc.write(2, line, line.count)
                    _exit(1)
                }
            }
            source.activate()
            return source
        }
    }
}
