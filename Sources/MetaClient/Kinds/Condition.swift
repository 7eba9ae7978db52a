public import Beehive

/// One entry of a status's `conditions`.
public struct Condition: Hashable, Sendable {
    /// The whole entry.
    public var json: JSONValue

    /// Looks at an entry.
    ///
    /// - Parameter json: the whole entry.
    public init(json: JSONValue) { self.json = json }

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - type: what it is about, such as `Ready`.
    ///   - isTrue: whether it holds.
    ///   - reason: one word why; left out when empty.
    ///   - message: a line why; left out when empty.
    ///   - since: when it last changed, in milliseconds since 1970.
    public init(_ type: String, _ isTrue: Bool, reason: String = "", message: String = "", since: Int64) {
        json = ["type": JSONValue(text: type), "status": isTrue ? "True" : "False"]
        if !reason.isEmpty { json["reason"] = JSONValue(text: reason) }
        if !message.isEmpty { json["message"] = JSONValue(text: message) }
        json["lastTransitionTime"] = JSONValue(text: KubernetesTimestamp.text(since))
    }

    /// What it is about.
    public var type: String { json.text(at: "type") ?? "" }
    /// `True`, `False` or `Unknown`.
    public var status: String { json.text(at: "status") ?? "" }
    /// Whether it holds.
    public var isTrue: Bool { status == "True" }
    /// One word why.
    public var reason: String { json.text(at: "reason") ?? "" }
    /// A line why.
    public var message: String { json.text(at: "message") ?? "" }
    /// When it last changed, in milliseconds since 1970.
    public var since: Int64? { json.time(at: "lastTransitionTime") }
}
