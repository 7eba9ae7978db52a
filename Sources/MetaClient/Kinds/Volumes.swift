public import Beehive

/// A persistent volume.
public struct PersistentVolume: MetaObject {
    /// Where persistent volumes are served.
    public static let resource = APIResource(
        plural: "persistentvolumes", kind: "PersistentVolume", isNamespaced: false)
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Its size, in Kubernetes' quantities, such as `10Gi`.
    public var storage: String { json.text(at: "spec", "capacity", "storage") ?? "" }
    /// How it may be mounted, such as `ReadWriteOnce`.
    public var accessModes: [String] { json.elements(at: "spec", "accessModes").compactMap(\.text) }
    /// The class it is of.
    public var storageClass: String { json.text(at: "spec", "storageClassName") ?? "" }
    /// Where it is in its life, such as `Bound`.
    public var phase: String { json.text(at: "status", "phase") ?? "" }
    /// The claim that has it; nil while it is free.
    public var claim: ObjectName? {
        guard let name = json.text(at: "spec", "claimRef", "name") else { return nil }
        return ObjectName(namespace: json.text(at: "spec", "claimRef", "namespace") ?? "", name: name)
    }
    /// The CSI driver that serves it; nil for other kinds of volumes.
    public var csiDriver: String? { json.text(at: "spec", "csi", "driver") }
    /// The CSI driver's name for it.
    public var csiHandle: String? { json.text(at: "spec", "csi", "volumeHandle") }
}

/// A claim of a persistent volume.
public struct PersistentVolumeClaim: MetaObject {
    /// Where claims are served.
    public static let resource = APIResource(plural: "persistentvolumeclaims", kind: "PersistentVolumeClaim")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// The volume that it has; empty while it waits for one.
    public var volumeName: String { json.text(at: "spec", "volumeName") ?? "" }
    /// Where it is in its life, such as `Bound`.
    public var phase: String { json.text(at: "status", "phase") ?? "" }
    /// How much it asks for, in Kubernetes' quantities.
    public var requestedStorage: String { json.text(at: "spec", "resources", "requests", "storage") ?? "" }
    /// The class of volumes that it asks for.
    public var storageClass: String { json.text(at: "spec", "storageClassName") ?? "" }
}

/// A volume that is attached to a node, or is to be.
public struct VolumeAttachment: MetaObject {
    /// Where attachments are served.
    public static let resource = APIResource(
        group: "storage.k8s.io", plural: "volumeattachments", kind: "VolumeAttachment", isNamespaced: false)
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Who attaches.
    public var attacher: String { json.text(at: "spec", "attacher") ?? "" }
    /// The node.
    public var nodeName: String { json.text(at: "spec", "nodeName") ?? "" }
    /// The volume; nil for one that stands in a pod itself.
    public var volumeName: String? { json.text(at: "spec", "source", "persistentVolumeName") }
    /// Whether it is attached.
    public var isAttached: Bool { json.isTrue(at: "status", "attached") }
    /// Why it could not be attached; empty for no trouble.
    public var attachError: String { json.text(at: "status", "attachError", "message") ?? "" }
}
