internal import Beehive

/// The config maps and secrets that a pod names.
enum PodReferences {
    static func of(_ pod: JSONValue, in namespace: String) -> [ObjectKey] {
        let spec = pod["spec"] ?? .null
        var keys: [ObjectKey] = []
        func add(_ kind: ObjectKind, _ name: String?) {
            if let name, !name.isEmpty { keys.append(ObjectKey(kind, namespace, name)) }
        }
        for secret in spec["imagePullSecrets"]?.elements ?? [] { add(.secret, secret["name"]?.text) }
        for volume in spec["volumes"]?.elements ?? [] {
            add(.configMap, volume["configMap"]?["name"]?.text)
            add(.secret, volume["secret"]?["secretName"]?.text)
            for source in volume["projected"]?["sources"]?.elements ?? [] {
                add(.configMap, source["configMap"]?["name"]?.text)
                add(.secret, source["secret"]?["name"]?.text)
            }
        }
        let containers = (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? [])
        for container in containers {
            for source in container["envFrom"]?.elements ?? [] {
                add(.configMap, source["configMapRef"]?["name"]?.text)
                add(.secret, source["secretRef"]?["name"]?.text)
            }
            for variable in container["env"]?.elements ?? [] {
                add(.configMap, variable["valueFrom"]?["configMapKeyRef"]?["name"]?.text)
                add(.secret, variable["valueFrom"]?["secretKeyRef"]?["name"]?.text)
            }
        }
        return keys
    }
}
