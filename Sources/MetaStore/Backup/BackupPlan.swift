public import Beehive

/// When and where backups are taken by themselves.
public struct BackupSettings: Sendable, Hashable {
    /// How often; zero: never.
    public var every: Duration
    /// The folder of the generations.
    public var folder: String
    /// How many generations stay.
    public var keep = 2
    /// How long after the start the first one is taken at the earliest.
    public var rest = Duration.seconds(60)
    /// How long after one that failed, or while the disk is too small, the next is tried, unless `every` is shorter.
    public var retry = Duration.seconds(3600)
    /// A smaller disk gets no backups.
    public var smallestDisk = 128 << 20

    /// Names when and where.
    ///
    /// - Parameters:
    ///   - every: how often; zero: never.
    ///   - folder: the folder of the generations.
    public init(every: Duration, folder: String) {
        self.every = every
        self.folder = folder
    }
}

/// What is to be done about backups now; a function of what is known.
public enum BackupPlan: Sendable, Hashable {
    /// Why none is taken by itself.
    public enum Off: Sendable, Hashable {
        /// Nobody wants any.
        case unwanted
        /// The disk is smaller than any that gets backups.
        case smallDisk(total: Int)
        /// It has less free space than three times the database.
        case littleSpace(free: Int, database: Int)

        /// True for the same cause, whatever its figures.
        ///
        /// - Parameter other: another one.
        /// - Returns: whether it is the same cause.
        public func isLike(_ other: Off) -> Bool {
            switch (self, other) {
            case (.unwanted, .unwanted), (.smallDisk, .smallDisk), (.littleSpace, .littleSpace): true
            default: false
            }
        }

        /// Why, in words.
        public var reason: String {
            switch self {
            case .unwanted: "meta.database.backup.every is 0"
            case .smallDisk(let total): "the disk of meta.database.backup.path is too small (\(ByteText.of(total)))"
            case .littleSpace(let free, let database):
                "the disk of meta.database.backup.path has \(ByteText.of(free)) free, and three times the database "
                    + "(\(ByteText.of(database))) are wanted"
            }
        }
    }

    /// None is taken; nil: until somebody changes the settings, else a look at these monotonic nanoseconds.
    case off(Off, until: UInt64?)
    /// The next is due at these monotonic nanoseconds.
    case wait(until: UInt64)
    /// One is due.
    case take

    /// What is known of the backups so far.
    public struct Known: Sendable, Hashable {
        /// When the program started, by the monotonic clock.
        public var started: UInt64
        /// When the newest good copy was taken, in milliseconds since 1970; nil when there is none.
        public var newest: Int64?
        /// When the last was taken, or tried, by this process.
        public var last: UInt64?
        /// Whether that failed.
        public var hasFailed = false

        /// Knows of the start alone.
        ///
        /// - Parameter started: when the program started, by the monotonic clock.
        public init(started: UInt64) { self.started = started }
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - settings: when and where.
    ///   - known: the backups so far.
    ///   - disk: the folder's disk; nil when nobody can tell.
    ///   - database: bytes of the database.
    ///   - now: both clocks.
    /// - Returns: what is to be done.
    public static func next(
        _ settings: BackupSettings, _ known: Known, disk: DiskSpace?, database: Int, at now: Moment
    ) -> BackupPlan {
        guard settings.every > .zero else { return .off(.unwanted, until: nil) }
        let retry = min(settings.retry, settings.every)
        if let disk {
            let look = now.advanced(by: retry).ticks
            if disk.total < settings.smallestDisk { return .off(.smallDisk(total: disk.total), until: look) }
            if disk.free / 3 < database {
                return .off(.littleSpace(free: disk.free, database: database), until: look)
            }
        }
        let due = due(settings, known, retry: retry, at: now)
        return due <= now.ticks ? .take : .wait(until: due)
    }

    private static func due(
        _ settings: BackupSettings, _ known: Known, retry: Duration, at now: Moment
    ) -> UInt64 {
        // What this process did is told by the clock that nobody sets.
        if let last = known.last { return last.advanced(by: known.hasFailed ? retry : settings.every) }
        let first = known.started.advanced(by: min(settings.rest, settings.every))
        guard let newest = known.newest, newest <= now.wall else { return first }
        let left = settings.every.milliseconds - (now.wall - newest)
        guard left > 0 else { return first }
        return max(first, now.ticks.advanced(by: .milliseconds(left)))
    }
}

extension UInt64 {
    fileprivate func advanced(by duration: Duration) -> UInt64 {
        Moment(wall: 0, ticks: self).advanced(by: duration).ticks
    }
}
