internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Makes events of the lines of the change feed.
///
/// A line that a later one replaces tells nothing any more: the later one does. An object is told of at the last line of
/// all rows that make it, so that the revision of an event is the one that a reader then sees.
struct FeedEvents {
    /// New rows of which nothing could be told yet, by their number in the store: what is told first of them is that
    /// they are new.
    private var untold: Set<Int64> = []

    /// The events of some lines.
    ///
    /// - Parameters:
    ///   - lines: the lines, in order; no line between this call and the one before is left out.
    ///   - types: the types that are asked for.
    ///   - view: the snapshot that the lines were read in.
    /// - Returns: the events, in order.
    mutating func events(
        _ lines: [FeedLine], ofTypes types: Set<ResourceType>, in view: StoreTransaction
    ) throws(StoreError) -> [(type: ResourceType, event: WatchEvent)] {
        var events: [(type: ResourceType, event: WatchEvent)] = []
        for line in lines {
            guard let row = line.object else {
                if line.kind == .added { untold.insert(line.rowID) }
                continue
            }
            if let type = Overlay.type(under: row.type) {
                guard types.contains(type), let event = try overlaid(line, row, type, in: view) else { continue }
                events.append((type, event))
            } else if types.contains(row.type) {
                guard let event = try event(line, row, in: view) else { continue }
                events.append((row.type, event))
            } else {
                untold.remove(line.rowID)
            }
        }
        return events
    }

    /// What lies over an object has changed.
    private mutating func overlaid(
        _ line: FeedLine, _ row: StoredObject, _ type: ResourceType, in view: StoreTransaction
    ) throws(StoreError) -> WatchEvent? {
        guard let path = try? ResourcePath(parsing: row.key) else { return nil }
        guard let base = try view.readableObject(path.with(type: type).key) else { return nil }
        let shown = try Overlay.shown(base, in: view)
        // A later line tells of it; or the patch is gone and the object was written anew behind it.
        guard shown.head.revision <= line.revision else { return nil }
        return event(told(base.head.rowID, as: .modified), line.revision, shown)
    }

    private mutating func event(
        _ line: FeedLine, _ row: StoredObject, in view: StoreTransaction
    ) throws(StoreError) -> WatchEvent? {
        switch line.kind {
        case .deleted, .evicted:
            // What came and went before anybody could be told was never there.
            guard untold.remove(line.rowID) == nil else { return nil }
            return event(.deleted, line.revision, row)
        case .added, .modified:
            let shown = try Overlay.shown(row, in: view)
            guard shown.head.revision <= line.revision else {
                if line.kind == .added { untold.insert(line.rowID) }
                return nil
            }
            return event(told(line.rowID, as: line.kind == .added ? .added : .modified), line.revision, shown)
        }
    }

    /// What a watcher is told of an event that was made without what is known here; nil for nothing.
    mutating func change(of event: WatchEvent) -> WatchEvent.Change? {
        let row = event.object.head.rowID
        if event.change == .deleted { return untold.remove(row) == nil ? .deleted : nil }
        return told(row, as: event.change)
    }

    private mutating func told(_ row: Int64, as change: WatchEvent.Change) -> WatchEvent.Change {
        untold.remove(row) == nil ? change : .added
    }

    private func event(_ change: WatchEvent.Change, _ revision: Int64, _ object: StoredObject) -> WatchEvent? {
        guard let path = try? ResourcePath(parsing: object.key), path.namesOne else { return nil }
        var object = object
        object.head.revision = revision
        return WatchEvent(change, revision: revision, namespace: path.namespace, name: path.id, object: object)
    }
}
