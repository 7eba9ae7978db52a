internal import Beehive

/// What KubeEdge's metaserver writes into `meta_v2` beside the object.
struct SecondRow {
    /// `/<group or core>/<version>/<plural>/<namespace or null>/<name>`.
    let key: String
    /// As Kubernetes prints it: `/v1, Resource=pods`.
    let groupVersionResource: String
    let namespace: String
    let name: String
    let version: Int64

    /// Nil for what KubeEdge keeps in `meta` alone: states, leases, and all that is no whole object.
    init?(type: String, value: Bytes) {
        guard !type.contains("status"), !type.contains("lease"), let content = try? Content(json: value),
            content.kind == .object
        else { return nil }
        let sketch = content.sketch
        guard let apiVersion = content.text(sketch.apiVersion), !apiVersion.isEmpty,
            let kind = content.text(sketch.objectKind), !kind.isEmpty,
            let name = content.text(sketch.name), !name.isEmpty
        else { return nil }
        let words = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        let (group, version) = words.count == 2 ? (words[0], words[1]) : ("", apiVersion)
        let plural = Self.plural(ofKind: kind)
        self.name = name
        namespace = content.text(sketch.namespace) ?? ""
        groupVersionResource = "\(group)/\(version), Resource=\(plural)"
        key =
            "/\(group.isEmpty ? "core" : group)/\(version)/\(plural)/\(namespace.isEmpty ? "null" : namespace)/\(name)"
        self.version = Int64(content.text(sketch.resourceVersion) ?? "") ?? 0
    }

    /// The resource of a kind, as KubeEdge guesses it.
    static func plural(ofKind kind: String) -> String {
        let word = kind.lowercased()
        switch word {
        case "endpoints", "podstatus", "nodestatus", "customresourcedefinitionlist", "ingressclasslist",
            "configmaplist":
            return word
        default: break
        }
        if word.hasSuffix("s") { return word + "es" }
        if word.hasSuffix("y") { return word.dropLast() + "ies" }
        return word + "s"
    }
}
