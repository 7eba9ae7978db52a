internal import Beehive
internal import CSQLite
internal import Glibc

/// Looks through a database that is in use, on a connection of its own that only reads: its pages, then its rows, some at
/// a time with a rest behind each, so that it takes its time and not that of others.
public final class StoreSurvey: Sendable {
    /// What was found.
    public struct Findings: Sendable, Hashable {
        /// Why the file has to be repaired; nil when its pages and indexes are sound.
        public var problem: String?
        /// The keys of objects whose values the disk damaged: each is an error of its own, and no reason for a repair.
        public var damaged: [String] = []
        /// Objects that were looked at.
        public var rows = 0
        /// Objects of sealed types that stand in plain.
        public var plain = 0
        /// False when it was stopped, or could not read on for another reason than damage.
        public var isFinished = false

        /// Nothing found yet.
        public init() {}
    }

    /// The most keys that are listed.
    public static let limit = 10_000

    private struct State {
        var findings = Findings()
        var isStopped = false
        /// The connection that works, as SQLite knows it; another thread may only interrupt it.
        var handle: UInt?
    }

    private let path: String
    private let sealing: Sealing?
    private let readers: StoreReaders?
    private let state = Lock(State())

    /// Makes a survey; `run` does it.
    ///
    /// - Parameters:
    ///   - path: the database, which some writer has open.
    ///   - sealing: the writer's; nil leaves sealed values alone.
    ///   - readers: what the writer of this process knows its readers by.
    public init(path: String, sealing: Sealing? = nil, beside readers: StoreReaders? = nil) {
        self.path = DatabaseFile.resolved(path)
        self.sealing = sealing
        self.readers = readers
    }

    /// What was found so far.
    public var findings: Findings { state.withLock { $0.findings } }

    /// Makes `run` end soon.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            if let handle = state.handle { sqlite3_interrupt(OpaquePointer(bitPattern: handle)) }
        }
        state.signal()
    }

    /// Looks through the whole file; blocks its thread.
    ///
    /// - Parameter step: the rows that are looked at in one go.
    /// - Returns: what was found.
    public func run(step: Int = 128) -> Findings {
        do throws(StoreError) {
            try readers?.enter()
            defer { readers?.leave() }
            let connection = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
            let handle = UInt(bitPattern: connection.handle)
            state.withLock { $0.handle = handle }
            // Before the connection goes.
            defer { state.withLock { $0.handle = nil } }
            try connection.execute("PRAGMA cache_size = -1024")
            if let problem = try pages(connection) {
                state.withLock { $0.findings.problem = problem }
            } else {
                try rows(connection, step: step)
            }
            state.withLock { $0.findings.isFinished = !$0.isStopped }
        } catch {
            state.withLock { state in
                guard error.isAboutTheFile, !state.isStopped else { return }
                state.findings.problem = error.description
                state.findings.isFinished = true
            }
        }
        return findings
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func pages(_ connection: Connection) throws(StoreError) -> String? {
        guard !isStopped else { return nil }
        guard let found = try connection.pageFault() else { return nil }
        if let code = Self.trouble(in: found) {
            throw StoreError(sqlite: code, message: "its pages cannot be read", doing: "database \(path)")
        }
        return "\(path): \(OneLine.of(found, limit: 300))"
    }

    /// A check says in its findings, and not as an error, that the disk did not give it a page: no damage, for all it
    /// knows.
    ///
    /// - Returns: SQLite's code, unless it stands for damage.
    static func trouble(in finding: String) -> Int32? {
        guard let mark = finding.firstRange(of: "error code") else { return nil }
        let digits = finding[mark.upperBound...].drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let code = Int32(digits) else { return nil }
        return [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xFF) ? nil : code
    }

    private func rows(_ connection: Connection, step: Int) throws(StoreError) {
        let read = try connection.prepare(
            """
            SELECT o.id, o.key, o.uid, o.version, o.revision, o.value, o.sum, o.sealed, \
            (SELECT i.id FROM object i WHERE i.key = o.key) IS o.id, \
            EXISTS(SELECT 1 FROM object l INDEXED BY object_list \
            WHERE l.type = o.type AND l.namespace = o.namespace AND l.id = o.id), o.type \
            FROM object o WHERE o.id > ?1 ORDER BY o.id LIMIT ?2
            """)
        var last = Int64.min
        while !isStopped {
            let start = SystemTime.ticks()
            read.bind(1, last)
            read.bind(2, Int64(step))
            var count = 0
            while try read.step() {
                count += 1
                last = read.integer(0)
                guard read.integer(8) != 0, read.integer(9) != 0 else {
                    return state.withLock { $0.findings.problem = "\(path): an index misses '\(read.text(1))'" }
                }
                let isDamaged = isDamaged(read)
                let isPlain =
                    read.integer(7) == 0
                    && sealing?.seals(ResourceType(read.text(10)), key: read.text(1)) == true
                state.withLock { state in
                    state.findings.rows += 1
                    if isPlain { state.findings.plain += 1 }
                    if isDamaged, state.findings.damaged.count < Self.limit {
                        state.findings.damaged.append(read.text(1))
                    }
                }
            }
            guard count == step else { return }
            rest(SystemTime.ticks() &- start)
        }
    }

    private func isDamaged(_ row: Statement) -> Bool {
        guard row.integer(7) == 0 else {
            guard let sealing else { return false }
            let place = SealedPlace.object(type: row.text(10), key: row.text(1), revision: row.integer(4))
            do throws(StoreError) {
                _ = try sealing.open(row.bytes(5), at: place) { _ in nil }
                return false
            } catch {
                return error.isAboutLoss
            }
        }
        let sum = row.integer(6)
        guard sum != 0 else { return false }
        return sum
            != CheckSum.object(
                key: row.text(1), uid: row.text(2), version: row.text(3), revision: row.integer(4), value: row.bytes(5))
    }

    /// As long as the work took, three times: a quarter of a processor at most.
    private func rest(_ nanoseconds: UInt64) {
        let deadline = SystemTime.ticks() &+ min(nanoseconds &* 3, 1_000_000_000)
        _ = state.wait(deadline: deadline) { $0.isStopped ? true : nil }
    }
}

extension StoreError {
    /// True when the file itself is damaged: a repair helps.
    public var isAboutTheFile: Bool { code == .corrupt || code == .notADatabase }
}
