internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Makes events of the lines of the change feed.
///
/// A line that a later one replaces tells nothing any more: the later one does. An object is told of at the last line of
/// all rows that make it, so that the revision of an event is the one that a reader then sees.
struct FeedEvents {
    /// New rows of which nothing could be told yet, by their number in the store: the revision at which they came.
    private var untold: [Int64: Int64] = [:]
    /// Objects in whose place a write stood that has ended, until what came of it tells: whether they were seen.
    private var wasSeen: [String: Bool] = [:]

    /// The most lines that are read at once where no earlier end is a good one.
    private static let longest = 4096
    /// And about the most bytes of their events: each watcher that is behind reads for itself.
    private static let longestBytes = 256 << 10

    /// The events behind a revision.
    ///
    /// Ends where nothing is left untold, if that can be: whoever goes on from there knows what the one before knew.
    ///
    /// - Parameters:
    ///   - revision: where to go on.
    ///   - types: the types that are asked for.
    ///   - step: about how many lines are read.
    ///   - view: the snapshot.
    /// - Returns: the events, in order, and up to which revision they tell everything.
    /// - Throws: `StoreError` that names the file and the cure.
    mutating func events(
        after revision: Int64, ofTypes types: Set<ResourceType>, step: Int, in view: StoreTransaction
    ) throws(StoreError) -> (events: [(type: ResourceType, event: WatchEvent)], upTo: Int64) {
        var events: [(type: ResourceType, event: WatchEvent)] = []
        var last = revision
        var read = 0
        var bytes = 0
        repeat {
            let lines = try view.changes(after: last, limit: step)
            guard let end = lines.last?.revision else { break }
            let more = try self.events(lines, ofTypes: types, in: view)
            events += more
            bytes += more.reduce(0) { $0 + $1.event.object.value.count }
            last = end
            read += lines.count
        } while !untold.isEmpty && read < Self.longest && bytes < Self.longestBytes
        return (events, last)
    }

    private mutating func events(
        _ lines: [FeedLine], ofTypes types: Set<ResourceType>, in view: StoreTransaction
    ) throws(StoreError) -> [(type: ResourceType, event: WatchEvent)] {
        let pending = try PendingRows(view: view)
        var events: [(type: ResourceType, event: WatchEvent)] = []
        for line in lines {
            guard let row = line.object else {
                if line.kind == .added { untold[line.rowID] = line.revision }
                continue
            }
            let event: WatchEvent?
            if let path = try? ResourcePath(parsing: row.key), let (base, lies) = Self.object(of: path),
                types.contains(base.type)
            {
                switch lies {
                case .itself: event = try ownEvent(line, row, base, pending)
                case .merged: event = try mergedEvent(line, base, pending)
                case .waiting: event = try waitingEvent(line, row, base, pending)
                }
                if let event { events.append((base.type, event)) }
            } else {
                untold[line.rowID] = nil
            }
        }
        return events
    }

    /// How a row belongs to the object that it tells of.
    private enum Layer {
        /// It is the object.
        case itself
        /// A state or a patch that is merged in.
        case merged
        /// A write that waits for the cloud, in the object's place.
        case waiting
    }

    /// The object that a row tells of.
    private static func object(of row: ResourcePath) -> (ResourcePath, Layer)? {
        guard row.namesOne else { return nil }
        if let type = Overlay.type(under: row.type) { return (row.with(type: type), .merged) }
        if row.type == PendingWrite.type { return PendingWrite.path(under: row).map { ($0, .waiting) } }
        return (row, .itself)
    }

    /// A state or patch over an object has changed.
    private mutating func mergedEvent(
        _ line: FeedLine, _ path: ResourcePath, _ pending: PendingRows
    ) throws(StoreError) -> WatchEvent? {
        // Its own row is no object's: the number may be one's next.
        untold[line.rowID] = nil
        guard let base = try pending.view.readableObject(path.key) else { return nil }
        let (object, revision) = try pending.seen(path, base: base)
        // A later line tells of it; or the patch is gone and the object was written anew behind it.
        guard let object, revision <= line.revision else { return nil }
        return event(.modified, line.revision, path, object)
    }

    private mutating func ownEvent(
        _ line: FeedLine, _ row: StoredObject, _ path: ResourcePath, _ pending: PendingRows
    ) throws(StoreError) -> WatchEvent? {
        switch line.kind {
        case .deleted, .evicted:
            let (object, revision) = try pending.seen(path, base: nil)
            guard revision > 0, revision < line.revision else { return event(.deleted, line.revision, path, row) }
            // A waiting write stands in its place; one that deletes it has told so before.
            return object.flatMap { event(.modified, line.revision, path, $0) }
        case .added, .modified:
            let (object, revision) = try pending.seen(path, base: row)
            guard revision <= line.revision else {
                if line.kind == .added { untold[line.rowID] = line.revision }
                return nil
            }
            guard let object else {
                untold[line.rowID] = nil
                return nil
            }
            let hasWrite = try pending.write(over: path) != nil
            let wasSeen = wasSeen.removeValue(forKey: path.key) ?? (hasWrite || line.kind == .modified)
            return event(wasSeen ? .modified : .added, line.revision, path, object)
        }
    }

    /// A waiting write was taken, changed, or has ended.
    private mutating func waitingEvent(
        _ line: FeedLine, _ row: StoredObject, _ path: ResourcePath, _ pending: PendingRows
    ) throws(StoreError) -> WatchEvent? {
        let base = try pending.view.readableObject(path.key)
        let isBaseKnown = base.map { untold[$0.head.rowID] == nil } ?? false
        let (object, revision) = try pending.seen(path, base: base)
        let before: Bool
        switch line.kind {
        case .deleted, .evicted:
            let wasTold = untold.removeValue(forKey: line.rowID) == nil
            before = wasTold ? PendingWrite(row.value)?.object != nil : isBaseKnown
            guard revision <= line.revision else {
                // What the cloud made of it stands behind: that tells.
                if wasTold { wasSeen[path.key] = before }
                return nil
            }
        case .added, .modified:
            guard revision <= line.revision else {
                if line.kind == .added { untold[line.rowID] = line.revision }
                return nil
            }
            let isNew = untold.removeValue(forKey: line.rowID) != nil || line.kind == .added
            before = isNew ? isBaseKnown : true
        }
        switch (before, object) {
        case (false, nil): return nil
        case (true, nil): return event(.deleted, line.revision, path, base ?? nameOnly(path, row))
        case (let before, let object?):
            return event(before ? .modified : .added, line.revision, path, object)
        }
    }

    private func nameOnly(_ path: ResourcePath, _ row: StoredObject) -> StoredObject {
        StoredObject(key: path.key, type: path.type, head: row.head, value: [])
    }

    /// What somebody is told who has read the lines that these events were made of, and then takes an event that was
    /// made of later ones by somebody else.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - last: up to where lines were read here.
    /// - Returns: nil for nothing: what came and went before anybody could be told was never there.
    mutating func change(of event: WatchEvent, after last: Int64) -> WatchEvent.Change? {
        let wasUntold = untold.removeValue(forKey: event.object.head.rowID) != nil
        return event.change(isNew: wasUntold || event.untoldSince.map { $0 > last } ?? false)
    }

    private mutating func event(
        _ change: WatchEvent.Change, _ revision: Int64, _ path: ResourcePath, _ object: StoredObject
    ) -> WatchEvent {
        var object = object
        object.head.revision = revision
        return WatchEvent(
            change, revision: revision, namespace: path.namespace, name: path.id, object: object,
            untoldSince: untold.removeValue(forKey: object.head.rowID))
    }
}
