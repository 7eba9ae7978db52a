internal import Beehive

extension MetaStore {
    /// What is stored of a value, and the number of the key it is sealed with; 0 and the value itself for other rows.
    func sealed(
        _ value: Bytes, of type: ResourceType, key: String, for place: @autoclosure () -> SealedPlace
    ) throws(StoreError) -> (bytes: Bytes, key: Int64) {
        guard let sealing, sealing.seals(type, key: key) else { return (value, 0) }
        return try sealing.seal(value, for: place())
    }

    /// Opens a sealed value.
    func open(_ stored: Bytes, at place: SealedPlace) throws(StoreError) -> Bytes {
        guard let sealing else {
            throw StoreError(
                .keyMissing, "\(place.name) is sealed and no key was given; name the key file of the database")
        }
        return try sealing.open(stored, at: place) { keyNumber in
            // A rekey since the last look, by another process. A key that cannot be read now opens nothing.
            guard let outer = sealing.outer, let rows = try? Sealing.wrappedKeys(in: connection) else { return nil }
            let database = sealing.database
            let keys = rows.compactMap { DataKey(id: $0.id, wrapped: $0.bytes, by: outer, database: database) }
            guard let key = keys.first(where: { $0.id == keyNumber }) else { return nil }
            sealing.use([key], outer: outer, database: database)
            return key
        }
    }

    /// Gets the keys ready, and seals what still stands in plain; what is wrong is noted in the sealing: other rows are
    /// served all the same.
    func openSealing(_ sealing: Sealing, now: Int64, look: FirstLook) {
        do throws(StoreError) {
            if !sealing.load(from: connection) {
                guard !sealing.types.isEmpty else { return }
                try makeFirstKey(sealing, now: now)
            }
            guard sealing.current != nil, sealing.status != .locked else { return }
            try sealPlainValues(sealing, look: look)
            try wipeFreePages()
        } catch {
            if sealing.current == nil {
                sealing.lock(because: error.description)
            } else {
                sealing.notice("plain copies of sealed values may still be in the file: \(error.description)")
            }
        }
    }

    private func makeFirstKey(_ sealing: Sealing, now: Int64) throws(StoreError) {
        let outer = try sealing.source.load(making: true)
        let key = DataKey(id: 1)
        let database = Int64.random(in: 1...Int64.max)
        try transaction(writing: true) { view throws(StoreError) in
            try view.put(state: "database", database)
            try insert(key, wrappedBy: outer, database: database, now: now)
        }
        sealing.use([key], outer: outer, database: database)
    }

    func insert(
        _ key: DataKey, wrappedBy outer: KeyEncryptionKey, database: Int64, now: Int64
    ) throws(StoreError) {
        let statement = try connection.prepare(
            "INSERT INTO seal_key(id, wrapped, fingerprint, created) VALUES(?1, ?2, ?3, ?4)")
        statement.bind(1, Int64(key.id))
        statement.bind(2, blob: try key.wrapped(by: outer, database: database))
        statement.bind(3, outer.fingerprint)
        statement.bind(4, now)
        try statement.run()
    }

    /// Overwrites what freed pages and the log still hold of values that were in plain.
    ///
    /// That it is due is noted with the sealing itself: a crash in between, or a full disk, puts it off to the next start.
    private func wipeFreePages() throws(StoreError) {
        guard try state("wipe") == 1 else { return }
        // A file that KubeEdge made cannot give free pages back otherwise.
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        try connection.execute("VACUUM")
        let isBusy = try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
        guard isBusy == 0 else {
            throw StoreError(.locked, "another process reads database \(path); end it and restart the daemon")
        }
        try transaction(writing: true) { view throws(StoreError) in try view.put(state: "wipe", 0) }
    }
}
