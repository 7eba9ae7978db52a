extension StoreTransaction {
    /// Whether a row's value is sealed; nil when there is no such row.
    ///
    /// - Parameter key: the row.
    /// - Returns: nil when there is no such row.
    /// - Throws: `StoreError` that names the file and the cure.
    package func isSealed(_ key: String) throws(StoreError) -> Bool? {
        let statement = try store.connection.prepare("SELECT sealed FROM object WHERE key = ?1")
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        return statement.integer(0) != 0
    }
}
