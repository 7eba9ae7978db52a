/// What a watch tells.
public enum WatchEvent<Object: MetaObject>: Hashable, Sendable {
    /// There is an object that the watch has not told of, or no longer.
    case added(Object)
    /// An object has changed.
    case modified(Object)
    /// An object is gone, or matches the selectors no more; `last` is how it was then, nil when nobody was there to see.
    case deleted(ObjectName, last: Object?)
    /// Everything that was there was told. Comes once at the start, and each time all had to be listed anew.
    case synced

    /// The object's name; nil for `synced`.
    public var name: ObjectName? {
        switch self {
        case .added(let object), .modified(let object): object.objectName
        case .deleted(let name, _): name
        case .synced: nil
        }
    }
}
