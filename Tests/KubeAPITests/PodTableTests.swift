import Beehive
import KubeAPI
import Testing

@Suite("Tables of pods")
struct PodTableTests {
    private func row(_ object: JSONValue) -> String { cells("", "pods", object) }

    /// A container's state, in few words.
    private static func container(
        _ name: String, _ state: JSONValue, restarts: Int = 0, ready: Bool = false, more: JSONValue = [:]
    ) -> JSONValue {
        var value: JSONValue = [
            "name": JSONValue(text: name), "state": state, "restartCount": JSONValue(integer: restarts),
            "ready": .bool(ready),
        ]
        for member in more.members { value[member.key] = member.value }
        return value
    }

    private static func container(
        _ state: JSONValue, restarts: Int = 0, ready: Bool = false, more: JSONValue = [:]
    ) -> JSONValue { container("c", state, restarts: restarts, ready: ready, more: more) }

    private static let running: JSONValue = ["running": ["startedAt": "2026-11-21T11:00:00Z"]]
    private static func waiting(_ reason: String) -> JSONValue { ["waiting": ["reason": JSONValue(text: reason)]] }
    private static func ended(_ code: Int, _ reason: String = "", signal: Int = 0) -> JSONValue {
        var state: JSONValue = ["exitCode": JSONValue(integer: code)]
        if !reason.isEmpty { state["reason"] = JSONValue(text: reason) }
        if signal != 0 { state["signal"] = JSONValue(integer: signal) }
        return ["terminated": state]
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var containers = 1
        var initContainers: [JSONValue] = []
        var status: JSONValue
        var metadata: JSONValue = [:]
        /// Ready, status and restarts.
        let expected: String

        init(
            _ name: String, _ expected: String, containers: Int = 1, inits: [JSONValue] = [], metadata: JSONValue = [:],
            _ status: JSONValue
        ) {
            testDescription = name
            (self.expected, self.containers, self.status) = (expected, containers, status)
            (initContainers, self.metadata) = (inits, metadata)
        }
    }

    private static let initialized: JSONValue = ["type": "Initialized", "status": "True"]
    private static let readyCondition: JSONValue = ["type": "Ready", "status": "True"]
    private static let sidecar: JSONValue = ["name": "s", "restartPolicy": "Always"]

    private static let cases: [Case] = [
        Case("nothing known", "0/1 |  | 0", [:]),
        Case("pending", "0/1 | Pending | 0", ["phase": "Pending"]),
        Case(
            "running", "1/1 | Running | 0",
            ["phase": "Running", "containerStatuses": [container(running, ready: true)]]),
        Case(
            "one of two ready", "1/2 | Running | 0", containers: 2,
            ["phase": "Running", "containerStatuses": [container("a", running, ready: true), container("b", running)]]),
        Case(
            "crash loop", "0/1 | CrashLoopBackOff | 7 (3m5s ago)",
            [
                "phase": "Running",
                "containerStatuses": [
                    container(
                        waiting("CrashLoopBackOff"), restarts: 7,
                        more: ["lastState": ["terminated": ["finishedAt": ago(185)]]])
                ],
            ]),
        Case(
            "the latest of several restarts counts", "2/2 | Running | 3 (90s ago)", containers: 2,
            [
                "phase": "Running",
                "containerStatuses": [
                    container(
                        "a", running, restarts: 1, ready: true,
                        more: ["lastState": ["terminated": ["finishedAt": ago(90)]]]),
                    container(
                        "b", running, restarts: 2, ready: true,
                        more: ["lastState": ["terminated": ["finishedAt": ago(5000)]]]),
                ],
            ]),
        Case(
            "restarts without a time", "1/1 | Running | 2",
            ["phase": "Running", "containerStatuses": [container(running, restarts: 2, ready: true)]]),
        Case(
            "image cannot be pulled", "0/1 | ImagePullBackOff | 0",
            ["phase": "Pending", "containerStatuses": [container(waiting("ImagePullBackOff"))]]),
        Case(
            "the first container's trouble is shown", "0/2 | ErrImagePull | 0", containers: 2,
            [
                "phase": "Pending",
                "containerStatuses": [
                    container("a", waiting("ErrImagePull")), container("b", waiting("CrashLoopBackOff")),
                ],
            ]),
        Case(
            "completed", "0/1 | Completed | 0",
            ["phase": "Succeeded", "containerStatuses": [container(ended(0, "Completed"))]]),
        Case(
            "completed beside one that runs, ready", "1/2 | Running | 0", containers: 2,
            [
                "phase": "Running", "conditions": [readyCondition],
                "containerStatuses": [container("a", ended(0, "Completed")), container("b", running, ready: true)],
            ]),
        Case(
            "completed beside one that runs, not ready", "1/2 | NotReady | 0", containers: 2,
            [
                "phase": "Running",
                "containerStatuses": [container("a", ended(0, "Completed")), container("b", running, ready: true)],
            ]),
        Case(
            "ended with a code", "0/1 | ExitCode:3 | 0",
            ["phase": "Failed", "containerStatuses": [container(ended(3))]]),
        Case(
            "ended by a signal", "0/1 | Signal:9 | 0",
            ["phase": "Failed", "containerStatuses": [container(ended(137, signal: 9))]]),
        Case("evicted", "0/1 | Evicted | 0", ["phase": "Failed", "reason": "Evicted"]),
        Case(
            "held back by gates", "0/1 | SchedulingGated | 0",
            [
                "phase": "Pending",
                "conditions": [["type": "PodScheduled", "status": "False", "reason": "SchedulingGated"]],
            ]),
        Case(
            "being deleted", "1/1 | Terminating | 0", metadata: ["deletionTimestamp": ago(3)],
            ["phase": "Running", "containerStatuses": [container(running, ready: true)]]),
        Case(
            "being deleted when done", "0/1 | Completed | 0", metadata: ["deletionTimestamp": ago(3)],
            ["phase": "Succeeded", "containerStatuses": [container(ended(0, "Completed"))]]),
        Case(
            "being deleted on a lost node", "0/1 | Unknown | 0", metadata: ["deletionTimestamp": ago(3)],
            ["phase": "Running", "reason": "NodeLost"]),
        Case(
            "first init container runs", "0/1 | Init:0/2 | 0", inits: [["name": "i"], ["name": "j"]],
            [
                "phase": "Pending",
                "initContainerStatuses": [container("i", running), container("j", waiting("PodInitializing"))],
                "containerStatuses": [container(waiting("PodInitializing"))],
            ]),
        Case(
            "second init container waits", "0/1 | Init:1/2 | 1", inits: [["name": "i"], ["name": "j"]],
            [
                "phase": "Pending",
                "initContainerStatuses": [
                    container("i", ended(0, "Completed"), restarts: 1), container("j", waiting("PodInitializing")),
                ],
                "containerStatuses": [container(waiting("PodInitializing"))],
            ]),
        Case(
            "init container failed", "0/1 | Init:Error | 0", inits: [["name": "i"]],
            ["phase": "Pending", "initContainerStatuses": [container("i", ended(1, "Error"))]]),
        Case(
            "init container failed without a word", "0/1 | Init:ExitCode:2 | 0", inits: [["name": "i"]],
            ["phase": "Pending", "initContainerStatuses": [container("i", ended(2))]]),
        Case(
            "init container crashes", "0/1 | Init:CrashLoopBackOff | 4 (2m5s ago)", inits: [["name": "i"]],
            [
                "phase": "Pending",
                "initContainerStatuses": [
                    container(
                        "i", waiting("CrashLoopBackOff"), restarts: 4,
                        more: ["lastState": ["terminated": ["finishedAt": ago(125)]]])
                ],
            ]),
        Case(
            "init containers are done: their restarts do not count", "1/1 | Running | 1", inits: [["name": "i"]],
            [
                "phase": "Running", "initContainerStatuses": [container("i", ended(0, "Completed"), restarts: 5)],
                "containerStatuses": [container(running, restarts: 1, ready: true)],
            ]),
        Case(
            "initialized once, an init container runs again", "1/1 | Running | 0", inits: [["name": "i"]],
            [
                "phase": "Running", "conditions": [initialized, readyCondition],
                "initContainerStatuses": [container("i", ended(1, "Error"))],
                "containerStatuses": [container(ended(0, "Completed")), container(running, ready: true)],
            ]),
        Case(
            "a sidecar counts as a container", "2/2 | Running | 3", inits: [["name": "i"], sidecar],
            [
                "phase": "Running",
                "initContainerStatuses": [
                    container("i", ended(0, "Completed"), restarts: 9),
                    container("s", running, restarts: 2, ready: true, more: ["started": true]),
                ],
                "containerStatuses": [container(running, restarts: 1, ready: true)],
            ]),
        Case(
            "a sidecar that has not started holds the others back", "0/2 | Init:0/1 | 0", inits: [sidecar],
            [
                "phase": "Pending",
                "initContainerStatuses": [container("s", running, more: ["started": false])],
                "containerStatuses": [container(waiting("PodInitializing"))],
            ]),
    ]

    @Test("ready, status and restarts", arguments: cases)
    func status(pod: Case) {
        let containers = (0..<pod.containers).map { index -> JSONValue in ["name": JSONValue(text: "c\(index)")] }
        let object: JSONValue = [
            "metadata": named("web", pod.metadata),
            "spec": ["containers": .array(containers), "initContainers": .array(pod.initContainers)],
            "status": pod.status,
        ]
        #expect(
            row(object) == "web | \(pod.expected) | 5m | <none> | <none> | <none> | <none>")
    }

    @Test("the wide columns")
    func wide() {
        let object: JSONValue = [
            "metadata": named("web"),
            "spec": [
                "nodeName": "edge-1", "containers": [["name": "c"]],
                "readinessGates": [["conditionType": "a"], ["conditionType": "b"], ["conditionType": "c"]],
            ],
            "status": [
                "phase": "Running", "podIP": "10.0.0.9", "podIPs": [["ip": "10.0.0.1"], ["ip": "fd00::1"]],
                "nominatedNodeName": "edge-2",
                "conditions": [["type": "a", "status": "True"], ["type": "b", "status": "False"]],
            ],
        ]
        #expect(row(object) == "web | 0/1 | Running | 0 | 5m | 10.0.0.1 | edge-1 | edge-2 | 1/3")
        let columns = ObjectTable(kind: kind("", "pods")).list([], metadata: [:], now: tableNow)["columnDefinitions"]
        #expect(columns?.elements.map { $0["priority"]?.integer } == [0, 0, 0, 0, 0, 1, 1, 1, 1])
        #expect(
            columns?.elements.compactMap { $0["name"]?.text } == [
                "Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates",
            ])
    }

    @Test("a pod that has ended says so in its row")
    func ended() {
        let table = ObjectTable(kind: kind("", "pods"))
        let done = table.row(["status": ["phase": "Succeeded"]], now: tableNow)
        #expect(done["conditions"]?.elements.first?["type"] == "Completed")
        #expect(done["conditions"]?.elements.first?["reason"] == "Succeeded")
        #expect(table.row(["status": ["phase": "Running"]], now: tableNow)["conditions"] == nil)
    }
}
