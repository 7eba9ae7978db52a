public import Beehive

/// An event: something that happened to an object.
public struct Event: MetaObject {
    /// Where events are served.
    public static let resource = APIResource(plural: "events", kind: "Event")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Makes an event about an object, in that object's namespace, or `default` for kinds that have none.
    ///
    /// - Parameters:
    ///   - object: what it happened to.
    ///   - name: the event's own name; has to be new.
    ///   - reason: one word, such as `Started`.
    ///   - message: a line for people.
    ///   - isWarning: whether somebody should look.
    ///   - component: who says so.
    ///   - host: the node that it happened on.
    ///   - time: when it happened, in milliseconds since 1970.
    public init(
        about object: some MetaObject, name: String, reason: String, message: String, isWarning: Bool = false,
        component: String, host: String, at time: Int64
    ) {
        self.init(name: name, namespace: object.namespace.isEmpty ? "default" : object.namespace)
        var involved: JSONValue = [
            "apiVersion": object.json["apiVersion"] ?? "v1", "kind": object.json["kind"] ?? "",
            "name": JSONValue(text: object.name),
        ]
        if !object.namespace.isEmpty { involved["namespace"] = JSONValue(text: object.namespace) }
        if !object.uid.isEmpty { involved["uid"] = JSONValue(text: object.uid) }
        json["involvedObject"] = involved
        json["reason"] = JSONValue(text: reason)
        json["message"] = JSONValue(text: message)
        json["type"] = isWarning ? "Warning" : "Normal"
        json["source"] = ["component": JSONValue(text: component), "host": JSONValue(text: host)]
        json["firstTimestamp"] = JSONValue(text: KubernetesTimestamp.text(time))
        json["lastTimestamp"] = JSONValue(text: KubernetesTimestamp.text(time))
        json["count"] = 1
    }

    /// One word for what happened.
    public var reason: String { json.text(at: "reason") ?? "" }
    /// A line for people.
    public var message: String { json.text(at: "message") ?? "" }
    /// Whether somebody should look.
    public var isWarning: Bool { json.text(at: "type") == "Warning" }
    /// How often it happened.
    public var count: Int { json.integer(at: "count") ?? 1 }
    /// The kind of what it happened to.
    public var involvedKind: String { json.text(at: "involvedObject", "kind") ?? "" }
    /// The name of what it happened to.
    public var involvedName: ObjectName {
        ObjectName(
            namespace: json.text(at: "involvedObject", "namespace") ?? "",
            name: json.text(at: "involvedObject", "name") ?? "")
    }
    /// When it happened last, in milliseconds since 1970.
    public var lastTime: Int64? { json.time(at: "lastTimestamp") ?? json.time(at: "eventTime") }
}
