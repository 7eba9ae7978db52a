public import Beehive

/// A lease: who holds something, and until when.
public struct Lease: MetaObject {
    /// Where leases are served.
    public static let resource = APIResource(group: "coordination.k8s.io", plural: "leases", kind: "Lease")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Who holds it; empty for nobody.
    public var holder: String {
        get { json.text(at: "spec", "holderIdentity") ?? "" }
        set { json.set(JSONValue(text: newValue), at: "spec", "holderIdentity") }
    }

    /// How long it is good for after a renewal; whole seconds.
    public var duration: Duration? {
        get { json.integer(at: "spec", "leaseDurationSeconds").map { .seconds($0) } }
        set { json.set(newValue.map { JSONValue(integer: $0.components.seconds) }, at: "spec", "leaseDurationSeconds") }
    }

    /// When it was last renewed, in milliseconds since 1970.
    public var renewed: Int64? {
        get { json.time(at: "spec", "renewTime") }
        set { json.set(newValue.map { JSONValue(text: Timestamp.micro($0)) }, at: "spec", "renewTime") }
    }

    /// When whoever holds it got it, in milliseconds since 1970.
    public var acquired: Int64? {
        get { json.time(at: "spec", "acquireTime") }
        set { json.set(newValue.map { JSONValue(text: Timestamp.micro($0)) }, at: "spec", "acquireTime") }
    }

    /// How often it has changed hands.
    public var transitions: Int { json.integer(at: "spec", "leaseTransitions") ?? 0 }
}
