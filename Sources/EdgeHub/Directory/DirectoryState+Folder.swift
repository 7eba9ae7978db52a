internal import Beehive

/// What a reading of the folder comes to.
extension DirectoryState {
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
            hash: hash, created: known?.created ?? KubernetesTimestamp.text(now), file: placed.path)
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
