internal import Beehive

/// The config maps and secrets that a pod refers to: volumes, projected volumes, envFrom, env, imagePullSecrets.
enum PodNeeds {
    /// One of them.
    struct Need: Hashable, Sendable {
        let path: ResourcePath
        /// True when the pod starts without it too.
        let isOptional: Bool
    }

    /// What a pod needs, each once.
    ///
    /// - Parameters:
    ///   - pod: the whole pod.
    ///   - namespace: its namespace.
    /// - Returns: in the order of the pod's fields.
    static func of(_ pod: JSONValue, namespace: String) -> [Need] {
        var needs: [Need] = []
        var known: Set<Need> = []
        func add(_ type: ResourceType, _ reference: JSONValue?, name: String = "name", optional: Bool = false) {
            guard let reference, let name = reference[name]?.text, !name.isEmpty else { return }
            let need = Need(
                path: ResourcePath(namespace: namespace, type: type, id: name),
                isOptional: optional || reference["optional"] == true)
            if known.insert(need).inserted { needs.append(need) }
        }
        let spec = pod["spec"] ?? .null
        for volume in spec["volumes"]?.elements ?? [] {
            add(.configMap, volume["configMap"])
            add(.secret, volume["secret"], name: "secretName")
            for source in volume["projected"]?["sources"]?.elements ?? [] {
                add(.configMap, source["configMap"])
                add(.secret, source["secret"])
            }
        }
        let containers = (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? [])
        for container in containers {
            for source in container["envFrom"]?.elements ?? [] {
                add(.configMap, source["configMapRef"])
                add(.secret, source["secretRef"])
            }
            for variable in container["env"]?.elements ?? [] {
                add(.configMap, variable["valueFrom"]?["configMapKeyRef"])
                add(.secret, variable["valueFrom"]?["secretKeyRef"])
            }
        }
        // A missing pull secret keeps no pod from starting; the pull is tried without it.
        for secret in spec["imagePullSecrets"]?.elements ?? [] { add(.secret, secret, optional: true) }
        return needs
    }

    /// The claims on persistent volumes that a pod's volumes name, each once.
    ///
    /// - Parameters:
    ///   - pod: the whole pod.
    ///   - namespace: its namespace.
    /// - Returns: in the order of the pod's volumes.
    static func claims(of pod: JSONValue, namespace: String) -> [ResourcePath] {
        var claims: [ResourcePath] = []
        var known: Set<ResourcePath> = []
        for volume in pod["spec"]?["volumes"]?.elements ?? [] {
            guard let name = volume["persistentVolumeClaim"]?["claimName"]?.text, !name.isEmpty else { continue }
            let path = ResourcePath(namespace: namespace, type: .persistentVolumeClaim, id: name)
            if known.insert(path).inserted { claims.append(path) }
        }
        return claims
    }
}
