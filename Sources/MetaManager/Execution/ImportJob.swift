internal import Beehive
public import MetaStore

/// How an import into the running store goes.
public struct ImportReport: Sendable, Hashable {
    /// Where it stands.
    public enum State: String, Sendable {
        /// Rows are being read.
        case running
        /// All rows were read.
        case done
        /// It ended early; `problem` says why. What was read before stays.
        case failed
    }

    /// Where it stands.
    public var state = State.running
    /// How far it has come.
    public var progress = StoreImport.Report()
    /// Why it failed.
    public var problem: String?

    /// An import that has just begun.
    public init() {}
}

/// Reads KubeEdge files into the store.
public protocol ImportControl: Sendable {
    /// The last import; nil when there was none.
    var lastReport: ImportReport? { get }

    /// Begins an import, unless one is under way.
    ///
    /// - Parameter file: KubeEdge's file.
    /// - Returns: how it stands; nil when another file's is under way.
    func start(file: String) -> ImportReport?
}

/// An import, done by the loop between its batches: nothing waits for it longer than for a batch.
public final class ImportJob: ImportControl {
    private let loop: MetadataLoop
    private let wake: @Sendable () -> Void
    private let now: @Sendable () -> Int64
    private let report = Lock<ImportReport?>(nil)

    /// Makes a job that waits to be started.
    ///
    /// - Parameters:
    ///   - loop: owns the store.
    ///   - wake: makes the loop look up when it waits for inputs.
    ///   - now: milliseconds since 1970.
    public init(loop: MetadataLoop, wake: @escaping @Sendable () -> Void, now: @escaping @Sendable () -> Int64) {
        self.loop = loop
        self.wake = wake
        self.now = now
    }

    /// The last import; nil when there was none.
    public var lastReport: ImportReport? { report.withLock { $0 } }

    /// Begins an import, unless one is under way.
    public func start(file: String) -> ImportReport? {
        let new = ImportReport()
        let isFree = report.withLock { report in
            if report?.state == .running { return false }
            report = new
            return true
        }
        guard isFree else { return nil }
        let reading = Reading()
        loop.maintain { [report, now] store in
            do throws(StoreError) {
                let progress = try reading.step(file, store, now: now())
                report.withLock { report in
                    report?.progress = progress
                    if progress.isFinished { report?.state = .done }
                }
                return !progress.isFinished
            } catch {
                report.withLock { report in
                    report?.state = .failed
                    report?.problem = error.description
                }
                return false
            }
        }
        wake()
        return new
    }

    /// The file while it is read, which the loop's thread opens.
    private final class Reading: Sendable {
        private let source = Lock<StoreImport?>(nil)

        func step(_ file: String, _ store: MetaStore, now: Int64) throws(StoreError) -> StoreImport.Report {
            try source.withLock { source throws(StoreError) in
                let reader: StoreImport
                if let source { reader = source } else { reader = try StoreImport(file: file) }
                source = reader
                return try reader.step(into: store, now: now)
            }
        }
    }
}
