/// Where an answer comes from.
public enum ObjectOrigin: Hashable, Sendable {
    /// The node's store, which the cloud keeps fresh.
    case store
    /// The cloud, asked for this answer.
    case cloud
}

/// An object as it was read, with where it comes from and how old it is.
public struct Stored<Object: MetaObject>: Hashable, Sendable {
    /// The object.
    public let object: Object
    /// Where it comes from.
    public let origin: ObjectOrigin
    /// How long ago the cloud said so last; nil when the daemon does not tell.
    public let age: Duration?
    /// Why the cloud could not be asked, where it should have been; nil when it need not be.
    public let cloudTrouble: String?
}

/// The objects of a list, as they were at one moment.
public struct ObjectList<Object: MetaObject>: Sendable {
    /// The objects, ordered by namespace and name.
    public let objects: [Object]
    /// The store's revision at which they were read.
    public let resourceVersion: String
    /// Where they come from.
    public let origin: ObjectOrigin
}

/// What came of a write.
public struct Written<Object: MetaObject>: Hashable, Sendable {
    /// The object as it is now; its name alone where the daemon answered with nothing more.
    public let object: Object
    /// Who decided: the cloud, or this node in its stead.
    public let origin: ObjectOrigin
    /// What the daemon says of it, such as that it is kept until the cloud can be asked; nil for nothing.
    public let warning: String?
}

extension ExchangeHead {
    var origin: ObjectOrigin { header("Metamanager-Origin") == "cloud" ? .cloud : .store }
    var age: Duration? { header("Metamanager-Age").flatMap { Int64($0) }.map { .seconds($0) } }
    var cloudTrouble: String? { header("Metamanager-Cloud") }
    /// The text of `299 - "text"`.
    var warning: String? {
        guard let value = header("Warning") else { return nil }
        return value.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false).dropFirst().first
            .map(String.init) ?? value
    }
}
