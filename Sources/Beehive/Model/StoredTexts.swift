/// A list of stored values that is read when it leaves, not when it is decided on: as large as a store, it would fill
/// the memory of a small node.
public protocol StoredTexts: Sendable {
    /// Reads the list from one snapshot; blocks its thread, as often as `TextCursor.walk` is called.
    ///
    /// - Parameter body: gets the list.
    /// - Throws: what the body throws, and when the list cannot be read.
    func withSnapshot(_ body: (any TextCursor) throws -> Void) throws
}

/// A snapshot of a list; used by one thread, while it is open.
public protocol TextCursor {
    /// Gives every value in order; each call begins anew and gives the same.
    ///
    /// - Parameter body: gets one value, which is valid during the call only.
    /// - Throws: what the body throws, and when the list cannot be read.
    func walk(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws
}
