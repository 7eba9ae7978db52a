public import Beehive

/// A pod.
public struct Pod: MetaObject {
    /// Where pods are served.
    public static let resource = APIResource(plural: "pods", kind: "Pod")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// One container of the spec.
    public struct Container: Hashable, Sendable {
        /// The whole entry.
        public let json: JSONValue
        /// Its name.
        public var name: String { json.text(at: "name") ?? "" }
        /// Its image.
        public var image: String { json.text(at: "image") ?? "" }
        /// What it is started with instead of the image's own.
        public var command: [String] { json.elements(at: "command").compactMap(\.text) }
    }

    /// The node that it is meant for.
    public var nodeName: String { json.text(at: "spec", "nodeName") ?? "" }
    /// Whom it acts as.
    public var serviceAccountName: String { json.text(at: "spec", "serviceAccountName") ?? "" }
    /// Its containers, without those that only prepare it.
    public var containers: [Container] { json.elements(at: "spec", "containers").map(Container.init(json:)) }
    /// How it is, as the node reported it last.
    public var status: PodStatus {
        get { PodStatus(json: json["status"] ?? .object([])) }
        set { json["status"] = newValue.json }
    }
}

/// How a pod is.
public struct PodStatus: Hashable, Sendable {
    /// The phases of a pod; words that this list does not have travel through unchanged.
    public struct Phase: OpenValue {
        /// The word.
        public let rawValue: String

        /// Wraps any word.
        public init(_ word: String) { rawValue = word }

        /// Not all containers have started.
        public static let pending: Phase = "Pending"
        /// It runs.
        public static let running: Phase = "Running"
        /// All containers have ended well, and are not started again.
        public static let succeeded: Phase = "Succeeded"
        /// A container has ended badly, and is not started again.
        public static let failed: Phase = "Failed"
        /// Its node cannot be asked.
        public static let unknown: Phase = "Unknown"
    }

    /// The whole status.
    public var json: JSONValue

    /// Looks at a status.
    ///
    /// - Parameter json: the whole status.
    public init(json: JSONValue) { self.json = json }

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - phase: the phase.
    ///   - conditions: such as `Ready`.
    public init(phase: Phase, conditions: [Condition] = []) {
        json = ["phase": JSONValue(text: phase.rawValue), "conditions": .array(conditions.map(\.json))]
    }

    /// The phase; empty before the node has reported one.
    public var phase: Phase { Phase(json.text(at: "phase") ?? "") }
    /// The conditions.
    public var conditions: [Condition] { json.elements(at: "conditions").map(Condition.init(json:)) }
    /// Whether it serves.
    public var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.isTrue } }
    /// One word why it is so.
    public var reason: String { json.text(at: "reason") ?? "" }
    /// A line why it is so.
    public var message: String { json.text(at: "message") ?? "" }
    /// Its address.
    public var podIP: String { json.text(at: "podIP") ?? "" }
    /// Its node's address.
    public var hostIP: String { json.text(at: "hostIP") ?? "" }
    /// When the node took it up, in milliseconds since 1970.
    public var started: Int64? { json.time(at: "startTime") }
    /// How often its containers were started again, all together.
    public var restarts: Int {
        json.elements(at: "containerStatuses").reduce(0) { $0 &+ ($1.integer(at: "restartCount") ?? 0) }
    }
}
