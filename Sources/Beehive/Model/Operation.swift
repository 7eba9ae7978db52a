/// What a message asks for or tells (`route.operation`).
public struct Operation: OpenValue {
    /// The word on the wire.
    public let rawValue: String

    /// Wraps any word.
    public init(_ word: String) { rawValue = word }

    /// A new object.
    public static let insert: Operation = "insert"
    /// A changed object, list or state.
    public static let update: Operation = "update"
    /// An object is gone.
    public static let delete: Operation = "delete"
    /// Asks for an object or all of a type.
    public static let query: Operation = "query"
    /// A strategic merge patch of a status.
    public static let patch: Operation = "patch"
    /// The answer to a message, or its acknowledgement.
    public static let response: Operation = "response"
    /// The answer to a message that failed.
    public static let error: Operation = "error"
    /// The edge's sign of life to the cloud.
    public static let keepalive: Operation = "keepalive"
    /// 1.2's form of telling the link's state.
    public static let publish: Operation = "publish"
    /// 1.23's form of telling the link's state.
    public static let connect: Operation = "connect"
    /// The periodic push of every stored pod status.
    public static let metaInternalSync: Operation = "meta-internal-sync"
    /// An order to a function.
    public static let action: Operation = "action"
    /// What a function answered.
    public static let actionResult: Operation = "action_result"
    /// CSI: make a volume.
    public static let createVolume: Operation = "createvolume"
    /// CSI: remove a volume.
    public static let deleteVolume: Operation = "deletevolume"
    /// CSI: attach a volume.
    public static let controllerPublishVolume: Operation = "controllerpublishvolume"
    /// CSI: detach a volume.
    public static let controllerUnpublishVolume: Operation = "controllerunpublishvolume"
    /// A module attaches to the socket.
    public static let add: Operation = "add"
    /// A module has to list its types again.
    public static let relist: Operation = "relist"
    /// The cloud's answer to an application of the metaserver.
    public static let applicationResponse: Operation = "applicationResponse"
    /// The local API's word where an application says itself what is asked.
    public static let null: Operation = "null"

    /// The four CSI operations of the cloud.
    public var isVolume: Bool {
        self == .createVolume || self == .deleteVolume || self == .controllerPublishVolume
            || self == .controllerUnpublishVolume
    }

    /// True for operations that answer another message.
    public var isAnswer: Bool { self == .response || self == .error }
}
