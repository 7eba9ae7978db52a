import NIOPosix

/// The generator's end of a way.
enum LoadDriver {
    case unix(UnixLoad, thread: NIOThreadPool)
    case wss(CloudLoad)

    /// Sends a window of messages and takes their answers.
    func run(_ work: LoadWork, window: Int, first: Int, count: Int, inFlight: Int) async throws -> LoadLedger {
        switch self {
        case .unix(let load, let thread):
            try await thread.runIfActive {
                try load.run(work, window: window, first: first, count: count, inFlight: inFlight)
            }
        case .wss(let load):
            try await load.run(work, window: window, first: first, count: count, inFlight: inFlight)
        }
    }
}
