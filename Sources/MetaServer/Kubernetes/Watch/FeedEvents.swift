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

    /// The most lines that are read at once where no earlier end is a good one.
    private static let longest = 4096

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
    mutating func events(
        after revision: Int64, ofTypes types: Set<ResourceType>, step: Int, in view: StoreTransaction
    ) throws(StoreError) -> (events: [(type: ResourceType, event: WatchEvent)], upTo: Int64) {
        var events: [(type: ResourceType, event: WatchEvent)] = []
        var last = revision
        var read = 0
        repeat {
            let lines = try view.changes(after: last, limit: step)
            guard let end = lines.last?.revision else { break }
            events += try self.events(lines, ofTypes: types, in: view)
            last = end
            read += lines.count
        } while !untold.isEmpty && read < Self.longest
        return (events, last)
    }

    private mutating func events(
        _ lines: [FeedLine], ofTypes types: Set<ResourceType>, in view: StoreTransaction
    ) throws(StoreError) -> [(type: ResourceType, event: WatchEvent)] {
        var events: [(type: ResourceType, event: WatchEvent)] = []
        for line in lines {
            guard let row = line.object else {
                if line.kind == .added { untold[line.rowID] = line.revision }
                continue
            }
            if let type = Overlay.type(under: row.type) {
                // Its own row is no object's: the number may be one's next.
                untold[line.rowID] = nil
                guard types.contains(type), let event = try overlaid(line, row, type, in: view) else { continue }
                events.append((type, event))
            } else if types.contains(row.type) {
                guard let event = try event(line, row, in: view) else { continue }
                events.append((row.type, event))
            } else {
                untold[line.rowID] = nil
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
        return event(.modified, line.revision, shown)
    }

    private mutating func event(
        _ line: FeedLine, _ row: StoredObject, in view: StoreTransaction
    ) throws(StoreError) -> WatchEvent? {
        switch line.kind {
        case .deleted, .evicted: return event(.deleted, line.revision, row)
        case .added, .modified:
            let shown = try Overlay.shown(row, in: view)
            guard shown.head.revision <= line.revision else {
                if line.kind == .added { untold[line.rowID] = line.revision }
                return nil
            }
            return event(line.kind == .added ? .added : .modified, line.revision, shown)
        }
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

    private mutating func event(_ change: WatchEvent.Change, _ revision: Int64, _ object: StoredObject) -> WatchEvent? {
        guard let path = try? ResourcePath(parsing: object.key), path.namesOne else { return nil }
        var object = object
        object.head.revision = revision
        return WatchEvent(
            change, revision: revision, namespace: path.namespace, name: path.id, object: object,
            untoldSince: untold.removeValue(forKey: object.head.rowID))
    }
}
