import Beehive
import FakeCloud

/// Runs a test against a cloud, and stops it whatever happens.
func withCloud(
    _ settings: FakeCloudCore.Settings = FakeCloudCore.Settings(),
    _ change: (inout FakeCloudCore.Settings) -> Void = { _ in },
    _ body: (FakeCloudCore) async throws -> Void
) async throws {
    var settings = settings
    change(&settings)
    let cloud = try await FakeCloudCore.start(settings)
    do {
        try await body(cloud)
    } catch {
        await cloud.stop()
        throw error
    }
    await cloud.stop()
}

/// A pod for a node, with a config map `settings` as volume.
func pod(_ name: String, node: String = "edge-1", note: String = "") -> JSONValue {
    [
        "kind": "Pod", "apiVersion": "v1",
        "metadata": [
            "name": JSONValue(text: name), "namespace": "demo", "labels": ["note": JSONValue(text: note)],
        ],
        "spec": [
            "nodeName": JSONValue(text: node),
            "volumes": [["name": "cfg", "configMap": ["name": "settings"]]],
            "containers": [["name": "main", "image": "registry.example/app:1"]],
        ],
    ]
}

/// A config map of the namespace `demo`.
func configMap(_ name: String, _ text: String) -> JSONValue {
    [
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": ["name": JSONValue(text: name), "namespace": "demo"], "data": ["text": JSONValue(text: text)],
    ]
}

extension Message {
    /// The content as a tree; null when it is none.
    var tree: JSONValue { (try? JSONValue(parsing: content.json)) ?? .null }
    /// The reason of a refusal in either form.
    var reason: String? {
        (tree["ErrStatus"] ?? tree["Err"]?["ErrStatus"])?["reason"]?.text
    }
}
