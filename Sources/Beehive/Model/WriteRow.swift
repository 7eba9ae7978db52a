/// Rows that hold a local write of another object, whose type their own name tells.
extension ResourceType {
    /// Writes that wait for the cloud: `<namespace>/pendingwrite/<type>.<name>`.
    package static let pendingWrite: ResourceType = "pendingwrite"
    /// Writes that the cloud did not take: `<namespace>/conflict/<type>.<name>.<id>`.
    package static let writeConflict: ResourceType = "conflict"

    /// True for the rows of local writes.
    package var isOfWrites: Bool { self == .pendingWrite || self == .writeConflict }

    /// The type of the object that was written; nil for a row of no write.
    ///
    /// - Parameter key: the key of a row of this type.
    /// - Returns: the type, as the row's own name tells it.
    package func written(in key: String) -> ResourceType? {
        guard isOfWrites else { return nil }
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let end = parts[2].firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let word = parts[2][..<end]
        return word.isEmpty ? nil : ResourceType(String(decoding: word, as: UTF8.self))
    }
}
