public import Beehive

/// Which values of a store are sealed, and with which keys: shared by its writer and its readers.
///
/// The keys come when the writer, or a tool that only reads, opens the database.
public final class Sealing: Sendable {
    private struct State {
        var source: KeySource
        var outer: KeyEncryptionKey?
        var keys: [UInt32: DataKey] = [:]
        var current: DataKey?
        var database: Int64 = 0
        var keyProblem: String?
        var notice: String?
    }

    /// How values stand.
    public enum Status: String, Sendable {
        /// Nothing is sealed.
        case off
        /// Values of the types are sealed, and open.
        case on
        /// The key is not here: sealed values do not open, and values of the types are not stored.
        case locked
    }

    /// The types whose values are sealed.
    public let types: [ResourceType]
    /// How long the words are that may name a sealed row, a bit each.
    private let lengths: UInt64
    private let state: Lock<State>

    /// Makes a sealing without keys.
    ///
    /// - Parameters:
    ///   - types: the types whose values are sealed; none: only what is sealed already is opened.
    ///   - key: where the key-encryption key is kept.
    public init(types: [ResourceType], key: KeySource) {
        self.types = types
        let words = types.isEmpty ? [] : types + [.pendingWrite, .writeConflict]
        lengths = words.reduce(0) { $0 | Self.length(of: $1) }
        state = Lock(State(source: key))
    }

    /// How values stand.
    public var status: Status {
        state.withLock { $0.keyProblem != nil ? .locked : $0.current == nil || types.isEmpty ? .off : .on }
    }

    /// What is wrong, with the cure; nil when nothing is.
    public var problem: String? { state.withLock { $0.keyProblem ?? $0.notice } }

    /// Where the key-encryption key is kept.
    var source: KeySource { state.withLock { $0.source } }

    var outer: KeyEncryptionKey? { state.withLock { $0.outer } }
    var current: DataKey? { state.withLock { $0.current } }
    var database: Int64 { state.withLock { $0.database } }

    /// True for a row whose value is sealed: of one of the types, or with a local write of an object of one.
    ///
    /// Asked about each row that is written. Most words are told by their length alone.
    func seals(_ type: ResourceType, key: String) -> Bool {
        guard lengths & Self.length(of: type) != 0 else { return false }
        return types.contains(type) || type.written(in: key).map { types.contains($0) } ?? false
    }

    private static func length(of type: ResourceType) -> UInt64 { 1 << UInt64(min(type.rawValue.utf8.count, 63)) }

    func use(_ keys: [DataKey], outer: KeyEncryptionKey, source: KeySource? = nil, database: Int64) {
        state.withLock { state in
            state.outer = outer
            if let source { state.source = source }
            state.database = database
            for key in keys { state.keys[key.id] = key }
            state.current = state.keys.values.max { $0.id < $1.id }
            state.keyProblem = nil
        }
    }

    /// Notes that the key is not here.
    func lock(because problem: String) { state.withLock { $0.keyProblem = problem } }

    /// Notes something that is wrong although values are sealed and open.
    func notice(_ problem: String?) { state.withLock { $0.notice = problem } }

    /// Seals a value for its place.
    ///
    /// - Returns: what is stored, and the number of the key.
    /// - Throws: `StoreError` `.keyMissing` when the key is not here: nothing is stored in plain in its stead.
    func seal(_ value: Bytes, for place: SealedPlace) throws(StoreError) -> (bytes: Bytes, key: Int64) {
        guard let key = current, state.withLock({ $0.keyProblem }) == nil else { throw missing(for: place, "stored") }
        return (try key.seal(value, for: place), Int64(key.id))
    }

    /// Opens a stored value at its place.
    ///
    /// - Throws: `StoreError` `.keyMissing`, or `.sealBroken` for a value that was changed or moved.
    func open(_ stored: Bytes, at place: SealedPlace, other: (UInt32) -> DataKey?) throws(StoreError) -> Bytes {
        guard let sealed = SealedValue(stored) else { throw Self.broken(place) }
        let (known, isLocked) = state.withLock { ($0.keys[sealed.key], $0.outer == nil) }
        if let key = known ?? other(sealed.key) {
            guard let value = key.open(sealed, at: place) else { throw Self.broken(place) }
            return value
        }
        // With the right key-encryption key all data keys are here: a number that none has was written by nobody.
        throw isLocked ? missing(for: place, "read") : Self.broken(place)
    }

    private func missing(for place: SealedPlace, _ what: String) -> StoreError {
        let cause = state.withLock { $0.keyProblem } ?? "no key was given"
        return StoreError(.keyMissing, "\(place.name) cannot be \(what), since its key is not here: \(cause)")
    }

    static func broken(_ place: SealedPlace) -> StoreError {
        StoreError(
            .sealBroken,
            "the sealed value of \(place.name) was changed or belongs to another place, and is not used; "
                + "metamanager resync asks the cloud for it again")
    }
}

extension Sealing: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The types, never a key.
    public var description: String { "<sealing of \(types.map(\.rawValue).joined(separator: ", "))>" }
    /// The types, never a key.
    public var debugDescription: String { description }
    /// Nothing of the keys.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
