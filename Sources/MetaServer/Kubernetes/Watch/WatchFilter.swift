internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What of the store's events one watcher is told, and as what: an object that begins to match is new to it, one that
/// no longer matches is gone.
struct WatchFilter {
    private let settings: WatchSettings
    /// The objects that match, of watchers to whom that can change; nil for the others.
    private var matching: Set<String>?
    /// The objects of which it is not known whether the client has them: they changed behind where it resumed.
    private var unsure: Set<String> = []
    /// What was deleted up to here may be something that the client has.
    private var unsureUpTo: Int64 = 0
    /// What was told of objects ahead of the feed, by key: the revision.
    private var ahead: [String: Int64] = [:]

    init(_ settings: WatchSettings) {
        self.settings = settings
        matching = settings.isSelective ? [] : nil
    }

    /// Whether a row is meant at all, whatever it holds.
    private func concerns(namespace: String, name: String) -> Bool {
        if settings.kind.isNamespaced, let wanted = settings.namespace, wanted != namespace { return false }
        if let wanted = settings.name, wanted != name { return false }
        return true
    }

    private func matches(_ object: StoredObject) -> Bool {
        guard settings.isSelective else { return true }
        return matches(try? JSONValue(parsing: object.value))
    }

    private func matches(_ value: JSONValue?) -> Bool {
        guard let value else { return false }
        return (settings.labels?.matches(value) ?? true) && (settings.fields?.matches(value) ?? true)
    }

    /// Whether an object is among those that are sent first.
    ///
    /// - Parameters:
    ///   - object: the object as it is.
    ///   - revision: where the events go on behind: what is newer comes once more, and is then not told again.
    /// - Returns: whether it is.
    mutating func takesFirst(_ object: StoredObject, revision: Int64) -> Bool {
        guard let path = try? ResourcePath(parsing: object.key) else { return false }
        guard concerns(namespace: path.namespace, name: path.id), matches(object) else { return false }
        matching?.insert(object.key)
        if object.head.revision > revision { ahead[object.key] = object.head.revision }
        return true
    }

    /// Takes note of an object that is there while the client goes on behind an older revision.
    mutating func resumes(_ object: StoredObject, after revision: Int64) {
        if object.head.revision > revision {
            unsure.insert(object.key)
        } else if matches(object) {
            matching?.insert(object.key)
        }
    }

    /// Every object that is there was taken note of.
    ///
    /// - Parameter revision: the snapshot's.
    mutating func hasResumed(at revision: Int64) { unsureUpTo = revision }

    /// What the watcher is told of an event; nil for nothing.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - change: what happened, as far as the feed tells.
    /// - Returns: nil for nothing.
    mutating func change(_ event: WatchEvent, as change: WatchEvent.Change) -> WatchEvent.Change? {
        guard concerns(namespace: event.namespace, name: event.name) else { return nil }
        let key = event.object.key
        var change = change
        if let told = ahead[key] {
            if event.revision <= told { return nil }
            ahead[key] = nil
            // It was sent before the feed told that it is new.
            if change == .added { change = .modified }
        }
        guard change != .deleted else {
            // Of what was let go only the name is known.
            let value = event.object.value
            guard value.isEmpty || ObjectRows.accepts(value, as: settings.kind) else { return nil }
            guard matching != nil else { return .deleted }
            let mayBeThere = unsure.remove(key) != nil || event.revision <= unsureUpTo
            return matching?.remove(key) != nil || mayBeThere ? .deleted : nil
        }
        guard ObjectRows.accepts(event.object.value, as: settings.kind) else { return nil }
        guard matching != nil else { return change }
        let isUnsure = unsure.remove(key) != nil && change == .modified
        if matches(event.tree()) {
            let isNew = matching?.insert(key).inserted ?? true
            return isNew && !isUnsure ? .added : .modified
        }
        return matching?.remove(key) != nil || isUnsure ? .deleted : nil
    }
}
