import Beehive

/// The rows of pods: what a pod is doing, told from its phase, its conditions and its containers' states.
struct PodRow {
    private let pod: PrintedObject
    private var reason: String
    private var ready = 0
    private var total: Int
    private var restarts = 0
    /// When a container last ended to be started again; milliseconds since 1970.
    private var lastRestart: Int64?

    static let printer = RowPrinter(
        [
            .name, .text("Ready", "Containers that are ready, of all that run as long as the pod."),
            .text("Status", "What the pod is doing, in one word."),
            .text("Restarts", "How often containers were started again, and when that was last."), .age,
            .wide("IP", "The pod's address."), .wide("Node", "The node that the pod runs on."),
            .wide("Nominated Node", "The node that is cleared for the pod."),
            .wide("Readiness Gates", "Conditions that are met, of those that the pod's readiness waits for."),
        ], conditions: PodRow.conditions
    ) { PodRow($0).cells }

    init(_ pod: PrintedObject) {
        self.pod = pod
        let status = pod.status
        reason = status["reason"].text(or: status["phase"].text)
        let initial = pod.spec["initContainers"].elements
        let sidecars = Set(initial.filter { $0["restartPolicy"].text == "Always" }.map { $0["name"].text })
        total = pod.spec["containers"].count + sidecars.count
        let scheduled = status["conditions"].elements.contains {
            $0["type"].text == "PodScheduled" && $0["reason"].text == "SchedulingGated"
        }
        if scheduled { reason = "SchedulingGated" }
        let isInitializing = readInitContainers(count: initial.count, sidecars: sidecars)
        if !isInitializing || status["conditions"].condition("Initialized")["status"].text == "True" {
            readContainers(sidecars: sidecars)
        }
        if pod.isDeleted {
            if status["reason"].text == "NodeLost" {
                reason = "Unknown"
            } else if !["Succeeded", "Failed"].contains(status["phase"].text) {
                reason = "Terminating"
            }
        }
    }

    /// Goes through the init containers up to the first that has not done its work; true when there is one.
    private mutating func readInitContainers(count: Int, sidecars: Set<String>) -> Bool {
        for (index, container) in pod.status["initContainerStatuses"].elements.enumerated() {
            note(container)
            let ended = container["state"]["terminated"]
            let waiting = container["state"]["waiting"]["reason"].text
            if ended.isPresent, ended["exitCode"].integer ?? 0 == 0 { continue }
            if sidecars.contains(container["name"].text), container["started"].isTrue {
                if container["ready"].isTrue { ready += 1 }
                continue
            }
            if ended.isPresent {
                reason = "Init:\(Self.word(ended))"
            } else if !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:\(waiting)"
            } else {
                reason = "Init:\(index)/\(count)"
            }
            return true
        }
        return false
    }

    /// Goes through the containers, the last first: the first one's trouble is what is shown.
    private mutating func readContainers(sidecars: Set<String>) {
        restarts = 0
        lastRestart = nil
        for container in pod.status["initContainerStatuses"].elements where sidecars.contains(container["name"].text) {
            note(container)
        }
        var isRunning = false
        for container in pod.status["containerStatuses"].elements.reversed() {
            note(container)
            let state = container["state"]
            let waiting = state["waiting"]["reason"].text
            if !waiting.isEmpty {
                reason = waiting
            } else if state["terminated"].isPresent {
                reason = Self.word(state["terminated"])
            } else if container["ready"].isTrue, state["running"].isPresent {
                isRunning = true
                ready += 1
            }
        }
        // One that has done its work does not speak for those that still run.
        if reason == "Completed", isRunning {
            let isReady = pod.status["conditions"].condition("Ready")["status"].text == "True"
            reason = isReady ? "Running" : "NotReady"
        }
    }

    private mutating func note(_ container: ObjectView) {
        restarts &+= container["restartCount"].integer ?? 0
        let ended = container["lastState"]["terminated"]["finishedAt"].text
        guard let time = KubernetesTimestamp.milliseconds(ended) else { return }
        lastRestart = max(lastRestart ?? time, time)
    }

    /// Why a container ended.
    private static func word(_ ended: ObjectView) -> String {
        let signal = ended["signal"].integer ?? 0
        let number = signal != 0 ? "Signal:\(signal)" : "ExitCode:\(ended["exitCode"].integer ?? 0)"
        return ended["reason"].text(or: number)
    }

    private var cells: [JSONValue] {
        var count = "\(restarts)"
        if restarts != 0, let lastRestart { count += " (\(HumanAge.text(milliseconds: pod.now - lastRestart)) ago)" }
        let gates = pod.spec["readinessGates"].elements.map { $0["conditionType"].text }
        let held = pod.status["conditions"].elements.filter { $0["status"].text == "True" }.map { $0["type"].text }
        let met = gates.filter(Set(held).contains).count
        let address = pod.status["podIPs"].elements.first?["ip"].text ?? ""
        let texts = [
            "\(ready)/\(total)", reason, count, pod.since(pod.metadata["creationTimestamp"]),
            address.isEmpty ? pod.status["podIP"].text(or: CellText.none) : address,
            pod.spec["nodeName"].text(or: CellText.none), pod.status["nominatedNodeName"].text(or: CellText.none),
            gates.isEmpty ? CellText.none : "\(met)/\(gates.count)",
        ]
        return [pod.name] + texts.map { JSONValue(text: $0) }
    }

    /// A pod that has ended says so in its row.
    private static func conditions(_ pod: ObjectView) -> JSONValue? {
        let phase = pod["status"]["phase"].text
        guard phase == "Succeeded" || phase == "Failed" else { return nil }
        let message = phase == "Succeeded" ? "All containers of the pod have done their work." : "The pod has failed."
        return [
            [
                "type": "Completed", "status": "True", "reason": JSONValue(text: phase),
                "message": JSONValue(text: message),
            ]
        ]
    }
}
