internal import Beehive

/// What the folder says, what the node has been told of it, and what the node reported: the pure core of the source.
struct DirectoryState: Sendable {
    var entries: [String: DirectoryEntry] = [:]
    /// What is gone and has not been acknowledged.
    var deletions: [String: DirectoryDeletion] = [:]
    /// The newest version given out.
    private(set) var version: Int64
    /// No version above this one may be given out before it was noted on disk.
    private(set) var ceiling: Int64
    /// True when something has to be noted on disk before frames leave.
    var isUnsaved = false
    /// True when something may be noted at leisure.
    var hasAcknowledgements = false
    /// What is wrong with the folder and its files, as of the last reading.
    var problems: [String] = []
    /// Files that have to be read again although they have not changed, because something else hid an object of theirs.
    var shadowed: Set<String> = []
    /// True when everything in the folder could be read: only then is it known that something is *not* there.
    var isComplete = false
    /// True once the folder has been read.
    var hasRead = false
    /// Statuses of an earlier process, by key, for objects whose manifests are still to be read.
    var restored: [String: JSONValue] = [:]
    var ids: MessageIDSource

    /// How many versions are noted on disk ahead.
    static let reserve: Int64 = 1024

    /// Makes the state of a first start.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970, above any version of a state that was lost.
    ///   - ids: where message ids come from.
    init(now: Int64, ids: MessageIDSource = MessageIDSource()) {
        version = now
        ceiling = now
        self.ids = ids
    }

    /// Takes up where an earlier process stopped: never below what it may have given out.
    mutating func resume(at ceiling: Int64) {
        version = ceiling
        self.ceiling = ceiling
    }

    /// Never below a version that the node has seen.
    mutating func noteRestored(_ seen: Int64) {
        guard seen > version else { return }
        version = seen
        ceiling = seen
    }

    mutating func nextVersion() -> Int64 {
        version += 1
        if version > ceiling {
            ceiling = version + Self.reserve
            isUnsaved = true
        }
        return version
    }

    func push(_ entry: DirectoryEntry, _ operation: Operation) -> DirectoryPush? {
        guard let json = entry.json, let content = try? Content(json: json) else { return nil }
        return DirectoryPush(operation: operation, path: entry.path, version: entry.version, content: content)
    }

    /// Takes an object out.
    ///
    /// - Returns: nil when the node knows already.
    mutating func remove(_ entry: DirectoryEntry) -> DirectoryPush? {
        entries[entry.key] = nil
        isUnsaved = true
        guard !entry.isEnded else { return nil }
        return noteDeletion(of: entry)
    }

    mutating func noteDeletion(of entry: DirectoryEntry) -> DirectoryPush {
        let deletion = DirectoryDeletion(
            path: entry.path, apiVersion: entry.apiVersion, kind: entry.kind, uid: entry.uid, version: nextVersion())
        deletions[entry.key] = deletion
        isUnsaved = true
        var last = entry.object ?? deletion.remains
        last["metadata"]?["resourceVersion"] = JSONValue(text: "\(deletion.version)")
        return DirectoryPush(
            operation: .delete, path: entry.path, version: deletion.version, content: Content(last))
    }

    /// Notes that the node has what it was sent.
    mutating func acknowledged(_ push: DirectoryPush) {
        hasAcknowledgements = true
        if push.operation == .delete {
            if deletions[push.key]?.version == push.version { deletions[push.key] = nil }
        } else if let entry = entries[push.key], entry.version >= push.version {
            entries[push.key]?.isAcknowledged = true
        }
    }
}
