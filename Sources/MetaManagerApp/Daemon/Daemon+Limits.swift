internal import BeehiveSocket
internal import MetaServer

extension SocketFigures {
    /// What the module socket has counted, every reason named from the start.
    init(_ counters: SocketCounters) {
        var refused: [String: Int] = [:]
        for reason in SocketRefusal.allCases { refused[reason.rawValue] = counters.refused[reason] ?? 0 }
        self.init(connections: counters.connections, refused: refused)
        (framesIn, framesOut, pauses) = (counters.framesIn, counters.framesOut, counters.pauses)
    }
}
