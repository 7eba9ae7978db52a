/// Where a row was found: it is read again when it is written, so that only places are kept in memory.
struct RowPlace {
    var page: UInt32
    var offset: Int
    /// What decides between several readings of one row: the higher one wins if it is sound.
    var rank: Int64
    /// True when only a right sum makes it a row: it stands where none is expected.
    var needsSum = false
}

/// The tables of this program, as a walk through a damaged file tells their pages apart.
enum RawOwner: Hashable {
    case object
    case objectKeys
    case objectList
    case change
    case outbox
    case tombstone
    case state
    case sealKey
    case lost
    /// A table or index that is none of ours, or tells nothing that the others do not.
    case other

    /// By the name in the schema.
    init(name: String) {
        self =
            switch name {
            case "object": .object
            case "sqlite_autoindex_object_1": .objectKeys
            case "object_list": .objectList
            case "change": .change
            case "outbox": .outbox
            case "tombstone": .tombstone
            case "state": .state
            case "seal_key": .sealKey
            case "lost": .lost
            default: .other
            }
    }
}

/// What a walk has found.
struct FoundRows {
    /// Objects by key.
    var objects: [[UInt8]: [RowPlace]] = [:]
    /// Entries of the outbox by place.
    var outbox: [Int64: [RowPlace]] = [:]
    var tombstones: [[UInt8]: (uid: String, version: String, deleted: Int64)] = [:]
    var state: [String: Int64] = [:]
    var sealKeys: [Int64: (wrapped: [UInt8], fingerprint: String, created: Int64)] = [:]
    /// Keys that something speaks of, with the number of their row where it is known.
    var keys: [[UInt8]: Int64] = [:]
    /// The numbers of rows that something speaks of.
    var rowIDs: Set<Int64> = []
    /// The newest revision that the feed speaks of.
    var feedRevision: Int64 = 0
    /// Pages of rows that could not be read whole.
    var damagedPages = 0
    /// Frames of the log that were left out.
    var damagedFrames = 0

    /// Notes a reading of a row; more than a few are of no use.
    static func add(_ place: RowPlace, to places: inout [RowPlace]) {
        guard places.count < 16, !places.contains(where: { $0.page == place.page && $0.offset == place.offset })
        else { return }
        places.append(place)
    }
}
