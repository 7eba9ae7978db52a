public import Beehive

/// Further connections to the writer's file, for reading what is too large to hold.
public struct StoreSnapshots: Sendable {
    private let path: String
    private let sealing: Sealing?
    private let readers: StoreReaders

    init(path: String, sealing: Sealing?, readers: StoreReaders) {
        self.path = path
        self.sealing = sealing
        self.readers = readers
    }

    /// Reads in one snapshot, on a connection of its own; blocks its thread.
    ///
    /// - Parameter body: the work.
    /// - Throws: what the body throws, and `StoreError` that names the file and the cure.
    public func read(_ body: (StoreTransaction) throws -> Void) throws {
        try readers.enter()
        defer { readers.leave() }
        let store = try MetaStore(reading: path, sealing: sealing)
        var failure: (any Error)?
        try store.transaction(writing: false) { view throws(StoreError) in
            do {
                try body(view)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}

/// One row of a walk; valid until the walk goes on.
public struct WalkedRow {
    let statement: Statement
    let view: StoreTransaction

    /// The resource under which it is stored.
    public var key: String { statement.text(8) }

    /// The whole row.
    public func object() throws(StoreError) -> StoredObject { try view.object(statement) }

    /// Gives the value where it lies; a sealed one is opened first.
    ///
    /// - Parameter body: gets the value, valid during the call only.
    /// - Throws: what the body throws, and `StoreError` when the value does not open.
    public func withValue(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
        guard statement.integer(11) == 0 else { return try object().value.withUnsafeBufferPointer(body) }
        let sum = statement.integer(12)
        // Told in place: a large list is not copied to be summed.
        guard sum == 0 || sum == CheckSum.object(statement, (8, 1, 2, 4, 10)) else { throw StoreError.damaged(key) }
        try statement.withBytes(10, body)
    }
}

extension StoreTransaction {
    /// Walks over the rows of a type, in the order they were first stored, without holding them; those that the disk
    /// damaged are left out.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - body: gets each row; must not walk over rows itself.
    /// - Throws: what the body throws, and `StoreError` that names the file and the cure.
    public func forEach(ofType type: ResourceType, _ body: (WalkedRow) throws -> Void) throws {
        let statement = try statement(.list)
        statement.bind(1, type.rawValue)
        defer { statement.reset() }
        while try statement.step() {
            do {
                try body(WalkedRow(statement: statement, view: self))
            } catch let error as StoreError where error.code == .damaged {
                continue
            }
        }
    }

    /// The keys of a type's rows, in no order.
    ///
    /// - Parameter type: the type.
    /// - Returns: the keys.
    /// - Throws: `StoreError` that names the file and the cure.
    public func keys(ofType type: ResourceType) throws(StoreError) -> [String] {
        let statement = try statement(.listKeys)
        statement.bind(1, type.rawValue)
        var keys: [String] = []
        defer { statement.reset() }
        while try statement.step() { keys.append(statement.text(0)) }
        return keys
    }

    /// Gives the keys of a type's rows one by one, in no order, without holding them.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - body: gets each key.
    /// - Throws: `StoreError` that names the file and the cure.
    package func forEachKey(ofType type: ResourceType, _ body: (String) -> Void) throws(StoreError) {
        let statement = try statement(.listKeys)
        statement.bind(1, type.rawValue)
        defer { statement.reset() }
        while try statement.step() { body(statement.text(0)) }
    }
}
