public import MetaStore

/// How a change of the data key went, or goes.
public struct RekeyReport: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable {
        /// Values are sealed anew.
        case running
        /// Nothing is left to do.
        case done
        /// It ended early; what was done stays done, and the next one goes on.
        case failed
    }

    /// How far it is.
    public var state = State.running
    /// Values sealed anew.
    public var progress = RekeyProgress()
    /// Why it ended early.
    public var problem: String?

    /// The report of a change that has just begun.
    public init() {}
}

/// Changes the data key while the program runs.
public protocol RekeyControl: Sendable {
    /// Begins a change, unless one is under way.
    ///
    /// - Parameter newKey: where a new key-encryption key is kept; nil keeps the old one.
    /// - Returns: the change that is under way now.
    func start(newKey: KeySource?) -> RekeyReport

    /// The last change; nil when there was none.
    var lastReport: RekeyReport? { get }
}
