internal import Beehive
internal import MetaStore

/// What the version guard says of an object that is to be stored (`messages.md`, section 2).
enum Verdict: Equatable {
    /// The stored one is newer, or it was deleted since.
    case older
    /// The stored one is the same.
    case unchanged(ObjectHead)
    /// The stored one is the same, but lacks the `kind` that this one has.
    case completes(ObjectHead)
    /// It is new, or newer.
    case newer(replacing: ObjectHead?)
    /// Another object stands under the key.
    case replacesOther(ObjectHead)
}

enum VersionGuard {
    /// Compares two versions of one object.
    ///
    /// - Returns: negative, zero or positive; nil when they cannot be compared.
    static func compare(_ left: String, _ right: String) -> Int? {
        guard let left = UInt64(left), let right = UInt64(right) else { return nil }
        return left < right ? -1 : (left == right ? 0 : 1)
    }

    /// Decides about an object.
    ///
    /// - Parameters:
    ///   - object: what is to be stored.
    ///   - view: the store.
    ///   - canBeUnchanged: false for orders and signs of life, which count each time.
    ///   - asked: when the query was sent whose answer this is, in milliseconds since 1970; nil for a push.
    ///   - memory: how long a deletion is remembered.
    ///   - now: milliseconds since 1970.
    /// - Returns: whether it is to be stored, and over what.
    /// - Throws: only what the store throws.
    static func judge(
        _ object: NewObject, in view: some StoreReading, canBeUnchanged: Bool = true, asked: Int64? = nil,
        memory: Duration, now: Int64
    ) throws(StoreError) -> Verdict {
        guard let head = try view.head(object.key) else {
            guard let tombstone = try view.tombstone(object.key), !object.uid.isEmpty, tombstone.uid == object.uid,
                now - tombstone.deleted < memory.milliseconds, (asked ?? 0) <= tombstone.deleted,
                let order = compare(object.version, tombstone.version), order <= 0
            else { return .newer(replacing: nil) }
            return .older
        }
        if !head.uid.isEmpty, !object.uid.isEmpty, head.uid != object.uid {
            // A row that was damaged says nothing of what it was.
            return try view.isSound(object.key, type: object.path.type) ? .replacesOther(head) : .newer(replacing: head)
        }
        guard canBeUnchanged else { return .newer(replacing: head) }
        switch compare(object.version, head.version) {
        case .some(let order) where order < 0:
            return try view.isSound(object.key, type: object.path.type) ? .older : .newer(replacing: head)
        case 0:
            return !head.hasKind && !object.kind.isEmpty ? .completes(head) : try same(object, head, in: view)
        case .some: return .newer(replacing: head)
        case nil:
            if !object.version.isEmpty, object.version == head.version { return try same(object, head, in: view) }
            return try view.holds(object.key, value: object.value) ? .unchanged(head) : .newer(replacing: head)
        }
    }

    /// The same version: unchanged, unless what is stored of it was changed behind our back.
    private static func same(
        _ object: NewObject, _ head: ObjectHead, in view: some StoreReading
    ) throws(StoreError) -> Verdict {
        try view.isSound(object.key, type: object.path.type) ? .unchanged(head) : .newer(replacing: head)
    }
}
