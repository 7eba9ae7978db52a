public import MetaStore

/// How the backups of the database stand.
public struct BackupReport: Sendable, Hashable {
    /// What is going on.
    public enum State: String, Sendable {
        /// None is taken by itself.
        case off
        /// The next is not due yet.
        case waiting
        /// One is being taken.
        case running
    }

    /// What came of the last that this process took by itself.
    public enum Result: String, Sendable, CaseIterable {
        /// It is good.
        case done
        /// There is none of it.
        case failed
    }

    /// What is going on.
    public var state = State.waiting
    /// How often one is taken by itself; zero: never.
    public var every = Duration.zero
    /// Why none is taken by itself.
    public var reason: String?
    /// The newest good copy in the folder; nil when there is none.
    public var newest: Backups.Generation?
    /// What came of the last; nil: this process has taken none yet.
    public var result: Result?
    /// Why the last failed.
    public var problem: String?
    /// How many came to what.
    public var counts: [Result: UInt64] = [:]

    /// Nothing known yet.
    public init() {}
}

/// How a backup goes that somebody asked for.
public struct BackupRequest: Sendable {
    /// How far it is.
    public enum State: String, Sendable {
        /// It waits or is being taken.
        case running
        /// It is there.
        case done
        /// There is none of it.
        case failed
    }

    /// How far it is.
    public var state = State.running
    /// The file.
    public var path: String
    /// Its size.
    public var bytes = 0
    /// Objects in it.
    public var rows = 0
    /// Why it failed.
    public var failure: StoreError?

    /// A request that nobody has looked at.
    ///
    /// - Parameter path: the file.
    public init(path: String) { self.path = path }
}

/// Takes backups while the program runs.
public protocol BackupControl: Sendable {
    /// How they stand.
    var status: BackupReport { get }

    /// Has a backup written to a file, unless another one was asked for and is not done.
    ///
    /// - Parameter path: the file, absolute.
    /// - Returns: false when another one is under way.
    func request(_ path: String) -> Bool

    /// The last that somebody asked for; nil when there was none.
    var lastRequest: BackupRequest? { get }
}
