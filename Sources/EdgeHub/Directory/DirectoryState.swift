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
    private(set) var problems: [String] = []
    /// Files that have to be read again although they have not changed, because something else hid an object of theirs.
    private(set) var shadowed: Set<String> = []
    /// True when everything in the folder could be read: only then is it known that something is *not* there.
    private(set) var isComplete = false
    private var hasRead = false
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

    /// Compares a reading of the folder with what is known.
    ///
    /// - Parameters:
    ///   - reading: what the folder says.
    ///   - resending: whether every object is sent.
    ///   - now: milliseconds since 1970.
    /// - Returns: what the node has to be told, in order.
    mutating func apply(
        _ reading: DirectoryReading, resending: Bool = false, now: Int64
    ) -> [DirectoryPush] {
        problems = reading.problems
        shadowed = []
        let sorted = sort(reading)
        let isFirst = !hasRead
        hasRead = true
        var upserts: [DirectoryPush] = []
        for (key, manifest) in sorted.wanted {
            if let push = take(manifest, key: key, isFirst: isFirst, resending: resending, now: now) {
                upserts.append(push)
            }
        }
        var deletes: [DirectoryPush] = []
        for entry in entries.values where !entry.isFromNode && sorted.wanted[entry.key] == nil {
            if sorted.kept.contains(entry.file) || reading.mayHide(entry.file) { continue }
            if let push = remove(entry) { deletes.append(push) }
        }
        if isFirst {
            // What an earlier process deleted and nobody acknowledged.
            let told = Set(deletes.map(\.key))
            for deletion in deletions.values where !told.contains(deletion.path.key) {
                deletes.append(
                    DirectoryPush(
                        operation: .delete, path: deletion.path, version: deletion.version,
                        content: Content(deletion.remains)))
            }
            restored = restored.filter { key, _ in entries[key].map { $0.json == nil } ?? false }
        }
        noteKindsWithoutController()
        return Self.ordered(upserts: upserts, deletes: deletes)
    }

    /// Pods go first of what goes, and come last of what comes.
    private static func ordered(upserts: [DirectoryPush], deletes: [DirectoryPush]) -> [DirectoryPush] {
        func precedes(_ left: DirectoryPush, _ right: DirectoryPush) -> Bool {
            let ranks = (DirectoryPush.rank(left.path.type), DirectoryPush.rank(right.path.type))
            return ranks.0 == ranks.1 ? left.key < right.key : ranks.0 < ranks.1
        }
        let leaving = deletes.sorted { precedes($1, $0) }
        return leaving.filter { $0.path.type == .pod } + upserts.sorted(by: precedes)
            + leaving.filter { $0.path.type != .pod }
    }

    /// Which manifest stands for each key, and from which files older objects are kept.
    private mutating func sort(_ reading: DirectoryReading) -> (wanted: [String: PlacedManifest], kept: Set<String>) {
        var wanted: [String: PlacedManifest] = [:]
        var kept: Set<String> = []
        var unchanged: Set<String> = []
        isComplete = !reading.isTruncated && reading.unlisted.isEmpty
        for (path, file) in reading.files {
            guard case .read(let objects, let faults) = file else {
                kept.insert(path)
                unchanged.insert(path)
                continue
            }
            if !faults.isEmpty {
                problems += faults
                kept.insert(path)
                isComplete = false
            }
            for manifest in objects {
                let key = manifest.resource.key
                guard let first = wanted[key] else {
                    wanted[key] = PlacedManifest(manifest: manifest, path: path)
                    continue
                }
                noteTwice(manifest, first: "\(first.manifest.file):\(first.manifest.line)", in: path)
            }
        }
        // An unchanged file that comes first keeps its object against a newcomer of the same name.
        for (key, placed) in wanted {
            guard let entry = entries[key], entry.file != placed.path, unchanged.contains(entry.file) else { continue }
            if entry.file < placed.path {
                noteTwice(placed.manifest, first: entry.file, in: placed.path)
                wanted[key] = nil
            } else {
                noteTwice(placed.manifest, first: entry.file, in: entry.file)
            }
        }
        return (wanted, kept)
    }

    private struct PlacedManifest {
        let manifest: Manifest
        let path: String
    }

    private mutating func noteTwice(_ manifest: Manifest, first: String, in path: String) {
        problems.append(
            "\(manifest.file):\(manifest.line): \(manifest.resource) stands in \(first) already: keep one of them")
        shadowed.insert(path)
    }

    private mutating func take(
        _ placed: PlacedManifest, key: String, isFirst: Bool, resending: Bool, now: Int64
    ) -> DirectoryPush? {
        let manifest = placed.manifest
        let object = ManifestDefaults.applied(to: manifest.object, kind: manifest.kind)
        let hash = StableDigest.text(of: object)
        let known = entries[key]
        if var known, known.hash == hash, !known.isFromNode {
            if known.file != placed.path {
                known.file = placed.path
                isUnsaved = true
            }
            if known.json == nil { known.complete(object, status: restored[key]) }
            entries[key] = known
            guard isFirst, !known.isEnded, resending || !known.isAcknowledged else { return nil }
            entries[key]?.isAcknowledged = false
            return push(known, .update)
        }
        var entry = DirectoryEntry(
            path: manifest.resource, apiVersion: manifest.apiVersion, kind: manifest.kind,
            uid: object["metadata"]?["uid"]?.text ?? known?.uid ?? StableDigest.uid(key), version: nextVersion(),
            hash: hash, created: known?.created ?? CivilTime.text(now), file: placed.path)
        let status = known.flatMap { $0.isReported && !$0.isEnded ? $0.object?["status"] : nil } ?? restored[key]
        entry.complete(object, status: status)
        entries[key] = entry
        deletions[key] = nil
        isUnsaved = true
        let isNew = known == nil || known?.isEnded == true
        // A cloud never inserts secrets and nodes, new or not.
        let operation: Operation = isNew && entry.path.type != .secret && entry.path.type != .node ? .insert : .update
        return push(entry, operation)
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

    private mutating func noteKindsWithoutController() {
        let kinds: Set<String> = [
            "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController",
        ]
        for entry in entries.values.sorted(by: { $0.key < $1.key }) where kinds.contains(entry.kind) {
            problems.append(
                "\(entry.file): \(entry.key): no pods come of a \(entry.kind), since that needs a cluster's "
                    + "controllers: write its pods into the folder")
        }
    }
}

extension DirectoryEntry {
    /// Makes the whole object as a cloud would send it.
    ///
    /// - Parameters:
    ///   - manifest: what the file says.
    ///   - status: what the node last reported; nil to leave the manifest's.
    mutating func complete(_ manifest: JSONValue, status: JSONValue?) {
        var object = manifest
        var metadata = object["metadata"] ?? .object([])
        metadata["uid"] = JSONValue(text: uid)
        metadata["resourceVersion"] = JSONValue(text: "\(version)")
        if metadata["creationTimestamp"]?.text == nil { metadata["creationTimestamp"] = JSONValue(text: created) }
        object["metadata"] = metadata
        if let status {
            object["status"] = status
            isReported = true
        }
        json = object.json
    }
}
