import Beehive
import MetaManager
import Testing

@testable import EdgeHub

struct ResyncPlanTests {
    static func pod(_ name: String, _ spec: JSONValue, namespace: String = "demo") -> JSONValue {
        ["metadata": ["name": JSONValue(text: name), "namespace": JSONValue(text: namespace)], "spec": spec]
    }

    static let everything: JSONValue = [
        "volumes": [
            ["name": "a", "configMap": ["name": "settings"]], ["name": "b", "secret": ["secretName": "tls"]],
            [
                "name": "c",
                "projected": [
                    "sources": [
                        ["configMap": ["name": "ca"]], ["secret": ["name": "projected"]],
                        ["serviceAccountToken": ["path": "token"]],
                    ]
                ],
            ],
            ["name": "d", "persistentVolumeClaim": ["claimName": "data"]], ["name": "e", "emptyDir": [:]],
        ],
        "initContainers": [["name": "i", "envFrom": [["secretRef": ["name": "init"]]]]],
        "containers": [
            [
                "name": "m", "envFrom": [["configMapRef": ["name": "env"]]],
                "env": [
                    ["name": "X", "valueFrom": ["secretKeyRef": ["name": "login", "key": "x"]]],
                    ["name": "Y", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "y"]]],
                    ["name": "Z", "value": "plain"],
                ],
            ]
        ],
        "imagePullSecrets": [["name": "registry"]],
    ]

    @Test func `the Node and all that pods name is asked for, each once`() {
        let pods = [Self.pod("web", Self.everything), Self.pod("web-2", Self.everything)]
        let plan = ResyncPlan(node: "n1", pods: pods)
        #expect(
            plan.queries == [
                "null/node/n1", "demo/configmap/settings", "demo/secret/tls", "demo/configmap/ca",
                "demo/secret/projected", "demo/secret/init", "demo/configmap/env", "demo/secret/login",
                "demo/secret/registry", "demo/persistentvolumeclaim/data",
            ])
        #expect(plan.unaskable == [])
    }

    @Test func `what is settled is not asked for, and namespaces are kept apart`() {
        let spec: JSONValue = ["volumes": [["configMap": ["name": "a"]]]]
        let plan = ResyncPlan(
            node: "n1", pods: [Self.pod("x", spec), Self.pod("x", spec, namespace: "other")],
            settled: ["null/node/n1", "demo/configmap/a"])
        #expect(plan.queries == ["other/configmap/a"])
    }

    @Test(arguments: [
        ("demo/configmap/a", true), ("demo/secret/s", true), ("null/node/n2", true), ("k8s/ca.crt", true),
        ("default/persistentvolume/p", true), ("default/volumeattachment/v", true),
        ("demo/persistentvolumeclaim/c", true),
        ("kube-node-lease/lease/n1", true), ("default/certificatesigningrequest/c", true), ("demo/pod/web", false),
        ("demo/podstatus/web", false), ("demo/service/s", false), ("demo/configmap", false), ("nonsense", false),
        ("\"default\"/\"demo\"/[]string(nil)/3607/v1.BoundObjectReference{}", false), ("", false),
    ])
    func `of the lost keys those are asked for that a cloud answers`(key: String, isAskable: Bool) {
        let plan = ResyncPlan(node: "n1", pods: [], lost: [key])
        #expect(plan.queries == ["null/node/n1"] + (isAskable ? [key] : []))
        #expect(plan.unaskable == (isAskable ? [] : [key]))
    }

    @Test(arguments: [JSONValue.null, [:], ["spec": "text"], ["spec": ["volumes": [7, nil, ["configMap": "x"]]]]])
    func `pods of another form need nothing`(pod: JSONValue) {
        #expect(ResyncPlan(node: "n1", pods: [pod]).queries == ["null/node/n1"])
    }

    @Test func `a recovery looks again while its time lasts, and begins anew with the link`() {
        var state = ResyncState(isRecovering: true, lost: [])
        var now = Moment(wall: 0, ticks: 1_000_000_000)
        let (interval, window) = (Duration.seconds(10), Duration.seconds(60))
        #expect(state.due(interval: interval, at: now) == nil)
        state.attached(isLinkUp: true, window: .seconds(1800), at: now)
        #expect(state.due(interval: interval, at: now) == .missing)
        #expect(state.due(interval: interval, at: now) == nil)
        // The link was down: what did not come is asked for again once it is up.
        for _ in 0..<5 { state.settle(.failed("down"), of: "k", window: window, at: now) }
        #expect(state.settled(attempts: 5) == ["k"])
        now = now.advanced(by: .seconds(3600))
        state.linkUp(window: window, at: now)
        #expect(state.settled(attempts: 5) == [])
        state.settle(.answered, of: "k", window: window, at: now)
        state.settle(.notFound, of: "l", window: window, at: now)
        #expect(state.settled(attempts: 5) == ["k", "l"])
        #expect(state.due(interval: interval, at: now) == .missing)
        now = now.advanced(by: interval)
        state.linkDown()
        #expect(state.due(interval: interval, at: now) == nil)
        state.linkUp(window: window, at: now)
        now = now.advanced(by: window)
        #expect(state.due(interval: interval, at: now) == nil)
        #expect(!state.isRecovering)
        // A repair while running.
        state.recover(["demo/secret/s"], at: now)
        #expect(state.due(interval: interval, at: now) == .missing)
        #expect(state.lost == ["demo/secret/s"])
    }

    @Test func `nothing is asked before the link is up, and what was not found before it went is asked again`() {
        var state = ResyncState(isRecovering: true, lost: [])
        let now = Moment(wall: 5, ticks: 5)
        state.attached(isLinkUp: false, window: .seconds(60), at: now)
        #expect(state.due(interval: .seconds(1), at: now) == nil)
        state.linkUp(window: .seconds(60), at: now)
        #expect(state.due(interval: .seconds(1), at: now) == .missing)
        // Said by the store alone: the cloud was not asked.
        state.settle(.notFound, of: "null/node/n1", window: .seconds(60), at: now)
        state.linkUp(window: .seconds(60), at: now)
        #expect(state.settled(attempts: 5) == [])
        #expect(state.due(interval: .seconds(1), at: now) == .missing)
    }

    @Test func `a store that lost nothing is not looked at, but by command`() {
        var state = ResyncState(isRecovering: false, lost: [])
        let now = Moment(wall: 5, ticks: 5)
        state.attached(isLinkUp: true, window: .seconds(1800), at: now)
        state.linkUp(window: .seconds(60), at: now)
        #expect(state.due(interval: .seconds(1), at: now) == nil)
        #expect(state.want(at: now)?.round == 1)
        // One at a time.
        #expect(state.want(at: now)?.round == 1)
        #expect(state.due(interval: .seconds(1), at: now) == .all)
        state.change { $0.isRunning = false }
        #expect(state.want(at: now)?.round == 2)
        state.isStopping = true
        #expect(state.want(at: now) == nil)
    }
}
