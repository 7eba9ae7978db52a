internal import Beehive

extension CloudApplication {
    /// What the application is about behind the object's name, where the real one looks for it: in a patch beside the
    /// patch, for what is created and updated in a member of its own, and nowhere for what is read and deleted.
    var part: String? {
        switch verb {
        case "patch": options["Subresources"]?.elements.first?.text.flatMap { $0.isEmpty ? nil : $0 }
        case "create", "update": subresource.isEmpty ? nil : subresource
        default: nil
        }
    }
}

/// What stands behind the names of objects, beside their status.
extension CloudCoreHub {
    /// Does what an API server does there, as far as it is simulated; what is not is unknown to this cluster.
    func perform(
        _ application: CloudApplication, behind target: CloudApplication.Target, part: String
    ) throws(StatusError) -> JSONValue {
        let former = try read(target)
        switch (target.plural, part, application.verb) {
        case ("pods", "eviction", "create"):
            remove(
                key(target, name: target.name),
                grace: application.body?["deleteOptions"]?["gracePeriodSeconds"]?.integer ?? 30)
            return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]
        case ("deployments", "scale", "patch"), ("replicasets", "scale", "patch"), ("statefulsets", "scale", "patch"):
            return try scale(
                former, target, to: try patched(Self.scale(of: former), by: application.options),
                options: application.options["Options"])
        case ("deployments", "scale", "update"), ("replicasets", "scale", "update"),
            ("statefulsets", "scale", "update"):
            return try scale(former, target, to: application.body ?? .null, options: application.options)
        default:
            throw StatusError(
                message: "the server could not find the requested resource", reason: "NotFound", code: 404)
        }
    }

    private static func scale(of object: JSONValue) -> JSONValue {
        var metadata: JSONValue = [:]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[field] = object["metadata"]?[field]
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
            "spec": ["replicas": object["spec"]?["replicas"] ?? JSONValue(integer: 1)],
            "status": ["replicas": object["status"]?["replicas"] ?? JSONValue(integer: 0)],
        ]
    }

    private func scale(
        _ former: JSONValue, _ target: CloudApplication.Target, to wanted: JSONValue, options: JSONValue?
    ) throws(StatusError) -> JSONValue {
        guard wanted["kind"]?.text == "Scale", let replicas = wanted["spec"]?["replicas"]?.integer, replicas >= 0 else {
            throw StatusError(message: "the body is no Scale", reason: "BadRequest", code: 400)
        }
        guard options?["dryRun"]?.elements.contains("All") != true else { return wanted }
        let key = key(target, name: target.name)
        let wall = wall
        publish(
            cluster.change(key, wall: wall) { object in
                var spec = object["spec"] ?? [:]
                spec["replicas"] = JSONValue(integer: replicas)
                object["spec"] = spec
            })
        return Self.scale(of: cluster[key] ?? former)
    }

    private func patched(_ object: JSONValue, by description: JSONValue) throws(StatusError) -> JSONValue {
        guard let data = description["Data"]?.text.flatMap(Base64.decode),
            let patch = try? JSONValue(parsing: data[...])
        else { throw StatusError(message: "the patch is no JSON", reason: "BadRequest", code: 400) }
        return description["PatchType"]?.text == "application/json-patch+json"
            ? try JSONPatching.applied(patch, to: object) : StrategicMerge.plain(object, patch)
    }
}
