import Beehive
import KubeAPI
import Testing

@Suite("Selectors on objects")
struct SelectorMatchTests {
    private let object: JSONValue = [
        "metadata": ["name": "web", "labels": ["app": "web", "tier": "2"]],
        "spec": ["nodeName": "edge-1", "replicas": 3, "paused": false],
    ]

    @Test(
        "a label requirement",
        arguments: [
            (LabelSelector.Requirement.isIn(key: "app", values: ["db", "web"]), true),
            (.isIn(key: "app", values: ["db"]), false), (.isIn(key: "zone", values: ["a"]), false),
            (.isNotIn(key: "app", values: ["db"]), true), (.isNotIn(key: "app", values: ["web"]), false),
            (.isNotIn(key: "zone", values: ["a"]), true), (.exists(key: "app"), true), (.exists(key: "zone"), false),
            (.isAbsent(key: "zone"), true), (.isAbsent(key: "app"), false), (.isGreater(key: "tier", than: 1), true),
            (.isGreater(key: "tier", than: 2), false), (.isGreater(key: "app", than: 1), false),
            (.isLess(key: "tier", than: 3), true), (.isLess(key: "tier", than: 2), false),
        ])
    func labels(requirement: LabelSelector.Requirement, isMet: Bool) {
        #expect(LabelSelector(requirements: [requirement]).matches(object) == isMet)
    }

    @Test(
        "a field requirement",
        arguments: [
            ("metadata.name", "web", true, true), ("metadata.name", "web", false, false),
            ("spec.nodeName", "edge-2", true, false), ("spec.nodeName", "edge-2", false, true),
            ("spec.replicas", "3", true, true), ("spec.paused", "false", true, true), ("status.phase", "", true, true),
        ])
    func fields(path: String, value: String, isEqual: Bool, isMet: Bool) {
        let requirement = FieldSelector.Requirement(path: path, value: value, isEqual: isEqual)
        #expect(FieldSelector(requirements: [requirement]).matches(object) == isMet)
    }
}
