import Beehive
import Testing

@testable import EdgeHub

/// What the simulated edged remembers of a pod between two of its forms.
@Suite struct SimulatedPodsTests {
    private func pod(uid: String = "u1", phase: String?) -> JSONValue {
        var pod: JSONValue = ["metadata": ["namespace": "demo", "name": "gateway", "uid": JSONValue(text: uid)]]
        if let phase { pod["status"] = ["phase": JSONValue(text: phase)] }
        return pod
    }

    @Test("a pod that comes back with another phase than was reported is reported again, once")
    func overruled() async {
        let pods = SimulatedPods()
        await pods.put(pod(phase: "Pending"))
        #expect(await pods.pod("demo/pod/gateway")?.isOverruled == false)
        await pods.noteReported(["phase": "Running"], for: "demo/pod/gateway", uid: "u1")
        await pods.put(pod(phase: "Pending"))
        #expect(await pods.pod("demo/pod/gateway")?.isOverruled == true)
        await pods.noteReported(["phase": "Running"], for: "demo/pod/gateway", uid: "u1")
        #expect(await pods.pod("demo/pod/gateway")?.isOverruled == false)
    }

    @Test(
        "the phase that was reported, none at all, and another pod's overrule nothing",
        arguments: [
            ("u1", "Running"), ("u1", nil), ("u2", "Pending"),
        ])
    func agreed(_ uid: String, _ phase: String?) async {
        let pods = SimulatedPods()
        await pods.put(pod(phase: "Pending"))
        await pods.noteReported(["phase": "Running"], for: "demo/pod/gateway", uid: "u1")
        await pods.put(pod(uid: uid, phase: phase))
        #expect(await pods.pod("demo/pod/gateway")?.isOverruled == false)
    }
}
