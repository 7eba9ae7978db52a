internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What a watcher wants.
struct WatchSettings: Sendable {
    /// Where the events begin.
    enum Start: Sendable, Hashable {
        /// With all objects as they are, then what changes.
        case state
        /// With what has changed behind a revision.
        case after(Int64)
    }

    var kind: KubeKind
    /// Only objects of this namespace; nil for all.
    var namespace: String?
    /// Only the object of this name; nil for all.
    var name: String?
    var labels: LabelSelector?
    /// Without `metadata.name` and `metadata.namespace`, which never change.
    var fields: FieldSelector?
    var start: Start
    /// A bookmark says when all objects as they are were sent (`sendInitialEvents`).
    var marksInitialEnd = false
    var allowsBookmarks = false
    /// How long it goes on at most, in nanoseconds.
    var duration: UInt64
    var form: any ObjectForming
    /// What allowed the watch, to be asked again; nil where nobody is asked.
    var permit: WatchPermit?

    /// Whether what is matched can change while an object lives.
    var isSelective: Bool { labels != nil || fields != nil }
}
