/// What a cached row counts for in the budget: the bytes of its key and of its value as stored.
///
/// The numbers stand in the table `state`, and are kept there by triggers, whoever writes. Only the writer's own connection
/// fires none: a statement that might has SQLite copy each page it touches, and read each value it replaces, to be able to
/// take back the statement alone. It counts by itself, and writes the numbers once for each transaction that changed them.
enum CacheCount {
    /// Of one row, in SQL.
    ///
    /// As blobs: `length` of a text counts characters, up to the first zero.
    ///
    /// - Parameter row: what stands for the row: the table, or a trigger's `new` and `old`.
    /// - Returns: an expression.
    static func size(_ row: String) -> String {
        "(length(CAST(\(row).key AS BLOB)) + length(CAST(\(row).value AS BLOB)))"
    }

    /// Of all rows that a query selects, in SQL.
    static var bytes: String { "coalesce(sum\(size("object")), 0)" }
}
