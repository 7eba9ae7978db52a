public import Beehive

/// An object of any kind, as a tree.
public struct UntypedObject: MetaObject {
    /// No resource: name one with `MetaClient.objects(of:)`.
    public static let resource = APIResource(version: "", plural: "", kind: "Object")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Its kind; empty when it says none.
    public var kind: String { json.text(at: "kind") ?? "" }
    /// Which object it is; nothing of what it holds.
    public var description: String { "\(kind.isEmpty ? "Object" : kind) \(objectName)" }
}
