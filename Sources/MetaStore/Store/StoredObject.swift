public import Beehive

/// How a row came to be.
public enum ObjectOrigin: Int64, Sendable {
    /// The cloud pushed it: never evicted.
    case delivered = 0
    /// The answer to a query of ours: may be asked for again.
    case cached = 1
    /// A state or patch of a local module.
    case local = 2
    /// Taken over from a KubeEdge database.
    case takenOver = 3
}

/// What the rules need of a row before they decide, without its value.
public struct ObjectHead: Sendable, Hashable {
    /// The row, in the change feed and in later writes.
    public var rowID: Int64
    /// `metadata.uid`; empty if none.
    public var uid: String
    /// `metadata.resourceVersion` or the header's; empty if none.
    public var version: String
    /// Whether the stored bytes hold a `kind`.
    public var hasKind: Bool
    /// The store's own revision at which it was written.
    public var revision: Int64
    /// How it came to be.
    public var origin: ObjectOrigin
    /// When it was stored, in milliseconds since 1970.
    public var stored: Int64
    /// When the cloud last said the same, in milliseconds since 1970.
    public var confirmed: Int64

    /// Makes a head.
    ///
    /// - Parameters:
    ///   - rowID: the row.
    ///   - uid: `metadata.uid`.
    ///   - version: the cloud's version.
    ///   - hasKind: whether the stored bytes hold a `kind`.
    ///   - revision: the store's revision.
    ///   - origin: how it came to be.
    ///   - stored: when it was stored.
    ///   - confirmed: when the cloud last said the same.
    public init(
        rowID: Int64, uid: String, version: String, hasKind: Bool, revision: Int64, origin: ObjectOrigin,
        stored: Int64, confirmed: Int64
    ) {
        self.rowID = rowID
        self.uid = uid
        self.version = version
        self.hasKind = hasKind
        self.revision = revision
        self.origin = origin
        self.stored = stored
        self.confirmed = confirmed
    }
}

/// A row with its value.
public struct StoredObject: Sendable {
    /// The resource under which it is stored.
    public var key: String
    /// Its type.
    public var type: ResourceType
    /// What the rules need of it.
    public var head: ObjectHead
    /// The value, as stored (`messages.md`, section 1).
    public var value: Bytes
    /// Why the value does not open, with an empty value; set in lists that show what can be shown, nowhere else.
    public var fault: StoreError?

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - key: the resource.
    ///   - type: its type.
    ///   - head: what the rules need of it.
    ///   - value: the value.
    public init(key: String, type: ResourceType, head: ObjectHead, value: Bytes) {
        self.key = key
        self.type = type
        self.head = head
        self.value = value
    }
}

/// An object to be written.
public struct NewObject: Sendable {
    /// The resource under which it is stored.
    public var path: ResourcePath
    /// The key, when it is not the path's own text (service account tokens).
    public var key: String
    /// The value to store.
    public var value: Bytes
    /// `metadata.uid`; empty if none.
    public var uid: String
    /// The version that the guard compares; empty if none.
    public var version: String
    /// `apiVersion` of the object; empty if none.
    public var apiVersion: String
    /// `kind` of the object; empty if none.
    public var kind: String
    /// How it came to be.
    public var origin: ObjectOrigin

    /// Makes an object.
    ///
    /// - Parameters:
    ///   - path: the resource.
    ///   - key: the key, when it is not the path's own text.
    ///   - value: the value to store.
    ///   - uid: `metadata.uid`.
    ///   - version: the version that the guard compares.
    ///   - apiVersion: `apiVersion` of the object.
    ///   - kind: `kind` of the object.
    ///   - origin: how it came to be.
    public init(
        path: ResourcePath, key: String? = nil, value: Bytes, uid: String = "", version: String = "",
        apiVersion: String = "", kind: String = "", origin: ObjectOrigin
    ) {
        self.path = path
        self.key = key ?? path.key
        self.value = value
        self.uid = uid
        self.version = version
        self.apiVersion = apiVersion
        self.kind = kind
        self.origin = origin
    }
}

/// What is remembered of a deleted object for a while.
public struct Tombstone: Sendable, Hashable {
    /// `metadata.uid` of the deleted object.
    public var uid: String
    /// Its last version.
    public var version: String
    /// When it was deleted, in milliseconds since 1970.
    public var deleted: Int64

    /// Makes a tombstone.
    ///
    /// - Parameters:
    ///   - uid: `metadata.uid` of the deleted object.
    ///   - version: its last version.
    ///   - deleted: when it was deleted.
    public init(uid: String, version: String, deleted: Int64) {
        self.uid = uid
        self.version = version
        self.deleted = deleted
    }
}
