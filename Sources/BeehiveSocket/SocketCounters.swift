internal import Beehive

/// Why a frame or a connection was refused; a closed set, fit for labels.
public enum SocketRefusal: String, Sendable, CaseIterable {
    case wrongMagic = "wrong_magic"
    case tooLarge = "too_large"
    case badMessage = "bad_message"
    case noID = "no_id"
    case notAttached = "not_attached"
    case nameRefused = "name_refused"
    case alreadyAttached = "already_attached"
    case wrongSource = "wrong_source"
    case attachTimeout = "attach_timeout"
    case tooManyConnections = "too_many_connections"
    case stopping = "stopping"
}

/// What the module socket has done since its start.
public struct SocketCounters: Sendable, Hashable {
    /// Connections open now.
    public internal(set) var connections = 0
    /// Connections taken in all.
    public internal(set) var accepted = 0
    /// Connections that a later one of the same name took the place of.
    public internal(set) var replaced = 0
    /// Messages that MetaManager took.
    public internal(set) var framesIn = 0
    /// Messages that were written to modules, answers of the socket itself included.
    public internal(set) var framesOut = 0
    /// How often reading stopped because MetaManager was full.
    public internal(set) var pauses = 0
    /// Frames and connections refused, by reason.
    public internal(set) var refused: [SocketRefusal: Int] = [:]
}

/// The counters, shared between the event loop and those who ask.
final class SocketMeter: Sendable {
    private let counters = Lock(SocketCounters())

    var snapshot: SocketCounters { counters.withLock { $0 } }

    func update(_ change: (inout SocketCounters) -> Void) { counters.withLock { change(&$0) } }

    func refuse(_ reason: SocketRefusal) { counters.withLock { $0.refused[reason, default: 0] += 1 } }
}
