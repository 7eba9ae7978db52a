internal import Beehive

/// Sealing what was stored before: by an older release, by KubeEdge, or under another list of types.
extension MetaStore {
    /// Seals what a survey has found in plain though its type is sealed: another program has written it.
    ///
    /// - Throws: `StoreError` that names the file and the cure; then the next start tries again.
    public func sealPlainValues() throws(StoreError) {
        guard let sealing, sealing.current != nil, sealing.status != .locked else { return }
        try sealPlainValues(sealing, look: .whole)
    }

    /// Seals, in one transaction, every value of the types that stands in plain.
    func sealPlainValues(_ sealing: Sealing, look: FirstLook) throws(StoreError) {
        let mark = Self.mark(of: sealing.types)
        let noted = try state("sealed_types")
        let isListed = noted == mark
        // Under the same list of types all were sealed before: whether somebody has added one takes a look at every row.
        if isListed, look == .short { return }
        if isListed, try plainObjects(sealing, limit: 1).isEmpty { return }
        try transaction(writing: true) { view throws(StoreError) in
            var count = try withTriggers { () throws(StoreError) in try sealObjects(sealing) }
            count += try sealRemovals(sealing)
            count += try sealFrames(sealing)
            count += try sealClassicRows(sealing)
            try view.put(state: "sealed_types", mark)
            // Also without a row in plain: free pages may hold what was removed or replaced before. Not for a release that
            // sealed the same types and no rows of writes: what it removed was overwritten at once.
            let isKnown = isListed || noted == Self.mark(of: sealing.types, writes: false)
            if count > 0 || (!isKnown && opening != .made) { try view.put(state: "wipe", 1) }
        }
    }

    /// A number that tells one list of types from another (FNV-1a over the sorted names).
    ///
    /// - Parameters:
    ///   - types: what is sealed.
    ///   - writes: false for the mark of releases that sealed no rows of writes of these types.
    /// - Returns: the number.
    static func mark(of types: [ResourceType], writes: Bool = true) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let names = types.map(\.rawValue).sorted().joined(separator: ",")
        for byte in (writes && !types.isEmpty ? names + ";writes" : names).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return Int64(bitPattern: hash)
    }

    private func plainObjects(_ sealing: Sealing, limit: Int = .max) throws(StoreError) -> [Int64] {
        var ids: [Int64] = []
        let statement = try connection.prepare("SELECT id, key FROM object WHERE type = ?1 AND sealed = 0")
        for type in Set(sealing.types + [.pendingWrite, .writeConflict]) {
            statement.bind(1, type.rawValue)
            defer { statement.reset() }
            while ids.count < limit, try statement.step() {
                if sealing.seals(type, key: statement.text(1)) { ids.append(statement.integer(0)) }
            }
        }
        return ids
    }

    private func sealObjects(_ sealing: Sealing) throws(StoreError) -> Int {
        let read = try connection.prepare("SELECT type, key, revision, value FROM object WHERE id = ?1")
        let write = try connection.prepare("UPDATE object SET value = ?2, sealed = ?3, sum = 0 WHERE id = ?1")
        let ids = try plainObjects(sealing)
        for id in ids {
            read.bind(1, id)
            guard try read.step() else { continue }
            let place = SealedPlace.object(type: read.text(0), key: read.text(1), revision: read.integer(2))
            let value = read.bytes(3)
            read.reset()
            try write.replace(id, with: try sealing.seal(value, for: place))
        }
        return ids.count
    }

    /// The last values of removed objects, in the feed.
    private func sealRemovals(_ sealing: Sealing) throws(StoreError) -> Int {
        let list = try connection.prepare(
            "SELECT revision, type, key FROM change WHERE kind = \(ChangeKind.deleted.rawValue) AND sealed = 0")
        var revisions: [Int64] = []
        while try list.step() {
            if sealing.seals(ResourceType(list.text(1)), key: list.text(2)) { revisions.append(list.integer(0)) }
        }
        let read = try connection.prepare("SELECT type, key, written, value FROM change WHERE revision = ?1")
        let write = try connection.prepare("UPDATE change SET value = ?2, sealed = ?3 WHERE revision = ?1")
        for revision in revisions {
            read.bind(1, revision)
            guard try read.step() else { continue }
            let place = SealedPlace.object(type: read.text(0), key: read.text(1), revision: read.integer(2))
            let value = read.bytes(3)
            read.reset()
            try write.replace(revision, with: try sealing.seal(value, for: place))
        }
        return revisions.count
    }

    private func sealFrames(_ sealing: Sealing) throws(StoreError) -> Int {
        let read = try connection.prepare(
            "SELECT place, id, key, frame FROM outbox WHERE sealed = 0 AND place > ?1 ORDER BY place LIMIT 1")
        let write = try connection.prepare("UPDATE outbox SET frame = ?2, sealed = ?3, sum = 0 WHERE place = ?1")
        var count = 0
        var last: Int64 = 0
        while true {
            read.bind(1, last)
            guard try read.step() else { return count }
            let (place, id, key, frame) = (read.integer(0), read.text(1), read.text(2), read.bytes(3))
            read.reset()
            last = place
            guard isSecret(frame, key: key, sealing) else { continue }
            try write.replace(place, with: try sealing.seal(frame, for: .frame(place: place, id: id, key: key)))
            count += 1
        }
    }
}

extension MetaStore {
    /// Whether a frame is sealed: for the row of a write that it waits for, or for what it is about.
    private func isSecret(_ frame: Bytes, key: String, _ sealing: Sealing) -> Bool {
        if let row = try? ResourcePath(parsing: key), row.type.isOfWrites { return sealing.seals(row.type, key: key) }
        // A frame that is no message names no type; nothing of it is ever sent.
        guard let message = try? MessageDecoder().decode(frame),
            let path = try? ResourcePath(parsing: message.route.resource)
        else { return false }
        return sealing.seals(path.type, key: path.key)
    }
}

extension Statement {
    /// Runs an update of a sealed value: the row, the bytes, the key.
    func replace(_ row: Int64, with sealed: (bytes: Bytes, key: Int64)) throws(StoreError) {
        bind(1, row)
        bind(2, blob: sealed.bytes)
        bind(3, sealed.key)
        try run()
    }
}
