/// What a cached row counts for in the budget: the bytes of its key and of its value as stored.
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
