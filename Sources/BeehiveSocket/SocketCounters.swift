internal import Beehive

/// Why a frame or a connection was refused; a closed set, fit for labels.
public enum SocketRefusal: String, Sendable, CaseIterable {
    /// A frame does not begin as one has to.
    case wrongMagic = "wrong_magic"
    /// A frame is larger than may be.
    case tooLarge = "too_large"
    /// A frame holds no message.
    case badMessage = "bad_message"
    /// A message has no id.
    case noID = "no_id"
    /// A message came before the module attached.
    case notAttached = "not_attached"
    /// The name is one of the program's own or of the cloud.
    case nameRefused = "name_refused"
    /// The connection has attached before.
    case alreadyAttached = "already_attached"
    /// A message's source is not the attached name.
    case wrongSource = "wrong_source"
    /// Nobody attached in time.
    case attachTimeout = "attach_timeout"
    /// As many are connected as may be.
    case tooManyConnections = "too_many_connections"
    /// The program is stopping.
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
