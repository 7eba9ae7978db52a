/// A run of bytes that shares the frame it was read from.
public typealias Bytes = ArraySlice<UInt8>

/// The part of a message that identifies it.
public struct Header: Hashable, Sendable {
    /// The message's own id, a UUID in lower case.
    public var id: String
    /// The id of the message that this one answers; empty if none.
    public var parentID: String
    /// Milliseconds since 1970, by the sender's clock.
    public var timestamp: Int64
    /// The object's `metadata.resourceVersion`; empty if none.
    public var resourceVersion: String
    /// True when the sender waits for exactly one answer.
    public var sync: Bool
    /// KubeEdge's in-process transport; passed on.
    public var type: String
    /// Unknown fields, in the order they came.
    public var extras: [ExtraField]

    /// Makes a header.
    ///
    /// - Parameters:
    ///   - id: the message's own id.
    ///   - parentID: the id of the message answered.
    ///   - timestamp: milliseconds since 1970.
    ///   - resourceVersion: the object's version.
    ///   - sync: whether an answer is waited for.
    ///   - type: KubeEdge's in-process transport.
    ///   - extras: unknown fields.
    public init(
        id: String, parentID: String = "", timestamp: Int64, resourceVersion: String = "", sync: Bool = false,
        type: String = "", extras: [ExtraField] = []
    ) {
        self.id = id
        self.parentID = parentID
        self.timestamp = timestamp
        self.resourceVersion = resourceVersion
        self.sync = sync
        self.type = type
        self.extras = extras
    }

    /// Bytes of the texts that a sender chose.
    @inline(__always)
    var held: Int {
        id.utf8.count + parentID.utf8.count + resourceVersion.utf8.count + type.utf8.count + extras.held
    }
}
