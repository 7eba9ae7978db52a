internal import Beehive

/// What the simulated edged says of a pod; every status says that nothing runs.
enum SimulatedStatus {
    static let message = "Simulated: no container runs. The simulated edged of MetaManager reports this state."

    /// The status of a pod that has everything it needs.
    ///
    /// - Parameters:
    ///   - pod: the pod.
    ///   - host: the node's address.
    ///   - now: milliseconds since 1970, for what has not begun before.
    /// - Returns: the whole status.
    static func running(_ pod: SimulatedPods.Pod, host: String, now: Int64) -> JSONValue {
        let begun = began(pod, now: now)
        let address = address(for: pod.uid)
        return [
            "phase": "Running", "message": JSONValue(text: message),
            "conditions": conditions(isReady: true, reason: nil, message: nil, at: begun),
            "hostIP": JSONValue(text: host), "podIP": JSONValue(text: address),
            "podIPs": [["ip": JSONValue(text: address)]], "qosClass": "BestEffort",
            "startTime": JSONValue(text: begun),
            "containerStatuses": .array(
                (pod.object["spec"]?["containers"]?.elements ?? []).map { container in
                    self.container(
                        container, of: pod, isReady: true,
                        state: ["running": ["startedAt": JSONValue(text: begun)]])
                }),
        ]
    }

    /// The status of a pod that lacks something.
    ///
    /// - Parameters:
    ///   - pod: the pod.
    ///   - cause: what it lacks.
    ///   - host: the node's address.
    ///   - now: milliseconds since 1970, for what has not begun before.
    /// - Returns: the whole status.
    static func pending(_ pod: SimulatedPods.Pod, because cause: String, host: String, now: Int64) -> JSONValue {
        let begun = began(pod, now: now)
        let reason = "CreateContainerConfigError"
        return [
            "phase": "Pending", "reason": JSONValue(text: reason), "message": JSONValue(text: "\(cause). \(message)"),
            "conditions": conditions(
                isReady: false, reason: "ContainersNotReady", message: cause, at: begun),
            "hostIP": JSONValue(text: host), "qosClass": "BestEffort", "startTime": JSONValue(text: begun),
            "containerStatuses": .array(
                (pod.object["spec"]?["containers"]?.elements ?? []).map { container in
                    self.container(
                        container, of: pod, isReady: false,
                        state: [
                            "waiting": ["reason": JSONValue(text: reason), "message": JSONValue(text: cause)]
                        ])
                }),
        ]
    }

    /// When the pod was first taken up.
    private static func began(_ pod: SimulatedPods.Pod, now: Int64) -> String {
        pod.lastStart ?? KubernetesTimestamp.text(now)
    }

    private static func conditions(isReady: Bool, reason: String?, message: String?, at time: String) -> JSONValue {
        .array(
            ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map { type in
                let isTrue = isReady || type == "PodScheduled" || type == "Initialized"
                var condition: JSONValue = [
                    "type": JSONValue(text: type), "status": isTrue ? "True" : "False", "lastProbeTime": .null,
                    "lastTransitionTime": JSONValue(text: time),
                ]
                if !isTrue {
                    condition["reason"] = reason.map { JSONValue(text: $0) }
                    condition["message"] = message.map { JSONValue(text: $0) }
                }
                return condition
            })
    }

    private static func container(
        _ container: JSONValue, of pod: SimulatedPods.Pod, isReady: Bool, state: JSONValue
    ) -> JSONValue {
        let name = container["name"]?.text ?? ""
        var status: JSONValue = [
            "name": JSONValue(text: name), "image": container["image"] ?? "", "imageID": "", "ready": .bool(isReady),
            "started": .bool(isReady), "restartCount": 0, "state": state,
        ]
        if isReady { status["containerID"] = JSONValue(text: "simulated://\(StableDigest.uid("\(pod.uid)/\(name)"))") }
        return status
    }

    /// An address out of the three ranges for documentation (RFC 5737), the same for the same pod.
    static func address(for uid: String) -> String {
        let number = Int(StableDigest.lanes(uid.utf8).low % 759)
        let range = ["192.0.2", "198.51.100", "203.0.113"][number / 253]
        return "\(range).\(number % 253 + 2)"
    }
}

extension SimulatedPods.Pod {
    /// What is known of its status: what was last reported, else what it came with.
    var lastStatus: JSONValue? { reported ?? object["status"] }
    var lastStart: String? { lastStatus?["startTime"]?.text }
}
