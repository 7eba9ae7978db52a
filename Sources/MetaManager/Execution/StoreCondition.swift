public import MetaStore

/// How the database stands, as far as it was looked at: for reports.
public struct StoreCondition: Sendable, Hashable {
    /// How far the look through the file has come.
    public enum Check: String, Sendable {
        /// It goes on behind the work.
        case running
        /// Nothing was found.
        case ok
        /// Something was found.
        case damaged
        /// It was not possible to look at all of it.
        case unfinished
    }

    /// How far the look through the file has come.
    public var check = Check.running
    /// Objects that were looked at.
    public var rows = 0
    /// Why the file has to be repaired; nil when it has not.
    public var problem: String?
    /// Objects whose values the disk damaged.
    public var damaged = 0
    /// How often this process has repaired the file.
    public var repairs = 0
    /// What the last repair of this process saved.
    public var repair: RepairReport?

    /// A condition of which nothing is known yet.
    public init() {}
}

/// Looks after the database while the program runs.
public protocol StoreCaring: Sendable {
    /// How it stands.
    var condition: StoreCondition { get }

    /// Has the database repaired: the program ends its work in order, repairs, and goes on.
    ///
    /// - Returns: false when it is stopping anyway.
    func requestRepair() -> Bool

    /// Why a repair cannot be made now, in one line with the cure; nil when it can.
    var repairObstacle: String? { get }
}
