public import Beehive

/// An object of the Kubernetes API, seen through typed properties.
///
/// The object itself is the tree in `json`, which keeps whatever these properties do not know, in its order and with the
/// digits as they came: reading, changing one property and writing back changes nothing else. A property reads as nil or
/// empty when its member is missing or of another type, and setting it sets that member alone.
///
/// Descriptions, also those of debuggers and of `dump`, name the object and never show what it holds.
public protocol MetaObject: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Where the kind is served.
    static var resource: APIResource { get }
    /// The whole object.
    var json: JSONValue { get set }

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    init(json: JSONValue)
}

/// The name of an object within its kind.
public struct ObjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The namespace; empty for kinds that have none.
    public let namespace: String
    /// The name.
    public let name: String

    /// Names an object.
    ///
    /// - Parameters:
    ///   - namespace: the namespace; empty for kinds that have none.
    ///   - name: the name.
    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, or the name alone.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

    /// Orders by namespace, then by name.
    public static func < (left: ObjectName, right: ObjectName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

extension MetaObject {
    /// Makes an object of this kind that has a name and nothing else.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - namespace: its namespace; empty for kinds that have none.
    public init(name: String, namespace: String = "") {
        var metadata: JSONValue = ["name": JSONValue(text: name)]
        if !namespace.isEmpty { metadata["namespace"] = JSONValue(text: namespace) }
        self.init(json: [
            "apiVersion": JSONValue(text: Self.resource.apiVersion), "kind": JSONValue(text: Self.resource.kind),
            "metadata": metadata,
        ])
    }

    /// Its name; empty when it has none.
    public var name: String { json.text(at: "metadata", "name") ?? "" }
    /// Its namespace; empty for kinds that have none.
    public var namespace: String { json.text(at: "metadata", "namespace") ?? "" }
    /// Namespace and name.
    public var objectName: ObjectName { ObjectName(namespace: namespace, name: name) }
    /// What tells it from others of its name before and after it; empty before it was created.
    public var uid: String { json.text(at: "metadata", "uid") ?? "" }
    /// The node's own version of it: the store's revision.
    ///
    /// An update that carries it fails when it is not the newest.
    public var resourceVersion: String { json.text(at: "metadata", "resourceVersion") ?? "" }
    /// The version that the cloud gave it; empty when the cloud has not seen it.
    public var cloudVersion: String { annotations["metamanager/cloud-resource-version"] ?? "" }
    /// Whether a write of it waits on this node for the cloud.
    public var isKeptForCloud: Bool { annotations["metamanager/pending"] != nil }
    /// When it was created, in milliseconds since 1970; nil before it was.
    public var created: Int64? { json.time(at: "metadata", "creationTimestamp") }
    /// When it was asked to go, in milliseconds since 1970; nil while it may stay.
    public var deletionRequested: Int64? { json.time(at: "metadata", "deletionTimestamp") }

    /// Its labels.
    public var labels: [String: String] {
        get { json.texts(at: "metadata", "labels") }
        set { json.set(JSONValue(texts: newValue), at: "metadata", "labels") }
    }

    /// Its annotations.
    public var annotations: [String: String] {
        get { json.texts(at: "metadata", "annotations") }
        set { json.set(JSONValue(texts: newValue), at: "metadata", "annotations") }
    }

    /// Which object it is; nothing of what it holds.
    public var description: String { "\(Self.resource.kind) \(objectName)" }
    /// Which object it is; nothing of what it holds.
    public var debugDescription: String { description }
    /// Its name alone.
    public var customMirror: Mirror { Mirror(self, children: ["name": objectName.description], displayStyle: .struct) }
}
