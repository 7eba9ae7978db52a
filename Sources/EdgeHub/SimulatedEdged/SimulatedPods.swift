internal import Beehive
internal import DequeModule

/// The pods that the simulated edged knows, and which of them want a look.
///
/// One pod is looked at by one worker at a time; a change meanwhile makes it wait for another look.
actor SimulatedPods {
    /// One pod.
    struct Pod: Sendable {
        let path: ResourcePath
        var object: JSONValue
        /// The status last reported for this uid; nil when none was, or it was not taken.
        var reported: JSONValue?
        /// True when something that it needs was missing at the last look.
        var isWaiting = false
        /// True when the pod has come with another phase than was last reported: whoever sent it has lost the report.
        var isOverruled = false

        var uid: String { object["metadata"]?["uid"]?.text ?? "" }
        var isEnding: Bool { object["metadata"]?["deletionTimestamp"]?.text != nil }
    }

    private var pods: [String: Pod] = [:]
    private var ready: Deque<String> = []
    private var active: Set<String> = []
    private var again: Set<String> = []
    private var workers: [CheckedContinuation<String?, Never>] = []
    private var isClosed = false

    var all: [Pod] { pods.values.sorted { $0.path.key < $1.path.key } }

    func pod(_ key: String) -> Pod? { pods[key] }

    /// Takes a pod's newest form.
    func put(_ object: JSONValue) {
        guard let path = Self.path(of: object) else { return }
        var pod = Pod(path: path, object: object)
        if let known = pods[path.key], known.uid == pod.uid {
            pod.reported = known.reported
            // A kubelet says its own again too when it finds another status in the cloud, after a restore for instance.
            if let reported = known.reported, let phase = object["status"]?["phase"]?.text {
                pod.isOverruled = phase != reported["phase"]?.text
            }
        }
        pods[path.key] = pod
        want(path.key)
    }

    func remove(_ key: String) { pods[key] = nil }

    /// Takes a listing of all pods: what it does not name is gone.
    func replaceAll(_ objects: [JSONValue]) {
        let named = Set(objects.compactMap { Self.path(of: $0)?.key })
        for key in pods.keys where !named.contains(key) { pods[key] = nil }
        for object in objects { put(object) }
    }

    private static func path(of object: JSONValue) -> ResourcePath? {
        guard let name = object["metadata"]?["name"]?.text, !name.isEmpty else { return nil }
        return ResourcePath(
            namespace: object["metadata"]?["namespace"]?.text ?? "default", type: .pod, id: name)
    }

    func noteReported(_ status: JSONValue?, for key: String, uid: String) {
        guard pods[key]?.uid == uid else { return }
        pods[key]?.reported = status
        pods[key]?.isOverruled = false
    }

    func noteWaiting(_ isWaiting: Bool, for key: String) { pods[key]?.isWaiting = isWaiting }

    /// Looks again at pods that lack something.
    func retryWaiting(in namespace: String? = nil) {
        for pod in pods.values where pod.isWaiting && (namespace == nil || pod.path.namespace == namespace) {
            want(pod.path.key)
        }
    }

    private func want(_ key: String) {
        if active.contains(key) {
            again.insert(key)
        } else if !workers.isEmpty {
            active.insert(key)
            workers.removeFirst().resume(returning: key)
        } else if !ready.contains(key) {
            ready.append(key)
        }
    }

    /// The next pod to look at; nil when the work is over.
    func next() async -> String? {
        if isClosed { return nil }
        if let key = ready.popFirst() {
            active.insert(key)
            return key
        }
        return await withCheckedContinuation { workers.append($0) }
    }

    /// Ends a look.
    func finish(_ key: String) {
        active.remove(key)
        if again.remove(key) != nil { want(key) }
    }

    /// Starts with no pods; what an earlier round knew is forgotten, since another edged may have reported since.
    func open() {
        pods = [:]
        ready = []
        active = []
        again = []
        isClosed = false
    }

    /// Ends the work: workers are sent home.
    func close() {
        isClosed = true
        for worker in workers { worker.resume(returning: nil) }
        workers = []
    }
}
