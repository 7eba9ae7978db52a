internal import Beehive

/// Everything that decisions depend on beside the store: the link, the modules, what is under way.
///
/// A value: a batch that cannot be committed puts the earlier one back.
struct NodeState {
    /// The number of the connection that is up; nil while the link is down.
    var connection: Int?
    var modules: [ModuleName: ModuleInfo] = [:]
    var remote = RemoteLedger()
    var local = LocalLedger()
    var outbox = OutboxLedger()
    var deadlines = Deadlines()
    var writes = PendingLedger()
    /// Which setting of the interval the running timer belongs to.
    var syncGeneration = 0
    /// When statuses were last pushed, and what came of it.
    var lastPodStatusSync: (wall: Int64, result: String)?
    /// Revisions that an earlier process committed but may not have delivered.
    var undelivered: ClosedRange<Int64>?
    var redelivered: Set<String> = []
    /// Keys whose object came in an answer and was not delivered to its consumer.
    var owed: Set<String> = []

    var isUp: Bool { connection != nil }

    /// True for a module that is attached, or kept for its return.
    func has(_ name: ModuleName) -> Bool { modules[name] != nil }
}
