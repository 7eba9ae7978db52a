/// What a repair saved, and what it could not.
public struct RepairReport: Sendable, Hashable {
    /// The database.
    public var path = ""
    /// Under which name the damaged file was kept.
    public var kept = ""
    /// Objects that were saved.
    public var objects = 0
    /// Entries of the outbox that were saved.
    public var outbox = 0
    /// Entries of the outbox that were found and could not be saved.
    public var outboxLost = 0
    /// Objects that were taken from a backup, since their own rows could not be read; they count as lost too.
    public var filled = 0
    /// The keys of objects that could not be saved, in the order of their bytes.
    public var lost: [String] = []
    /// Rows that were there and of which not even the key is known.
    public var unnamed = 0
    /// Tables of other programs that were copied, with their rows.
    public var foreign: [String: Int] = [:]
    /// What else is to be known, one line each.
    public var notes: [String] = []

    /// A report of nothing.
    public init() {}

    /// True when nothing was lost.
    public var isComplete: Bool { lost.isEmpty && unnamed == 0 && outboxLost == 0 }

    /// What a person wants to know, the most important first.
    ///
    /// - Parameter limit: the most keys that are named.
    /// - Returns: lines of text.
    public func lines(naming limit: Int = 10) -> [String] {
        var lines = [
            "repaired the database \(path): \(objects) objects and \(outbox) entries of the outbox saved, \(lost.count) "
                + "objects lost; the damaged file is \(kept)"
        ]
        if !lost.isEmpty, limit > 0 {
            let more = lost.count > limit ? " and \(lost.count - limit) more" : ""
            lines.append(
                "lost: \(lost.prefix(limit).joined(separator: ", "))\(more) (metamanager store check lists all)")
        }
        if filled > 0 { lines.append("\(filled) of the lost objects were taken from the last backup meanwhile") }
        if unnamed > 0 { lines.append("\(unnamed) more rows were lost whose names cannot be read") }
        if outboxLost > 0 { lines.append("\(outboxLost) entries of the outbox were lost") }
        if !foreign.isEmpty {
            let tables = foreign.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) rows)" }
            lines.append("tables of other programs kept: \(tables.joined(separator: ", "))")
        }
        return lines + notes
    }
}
