internal import Beehive

/// What the dynamic controller writes for a node.
extension CloudCoreHub {
    private func isDry(_ options: JSONValue) -> Bool { options["dryRun"]?.elements.contains("All") == true }

    /// Changes the cluster, or a copy of it for a dry run; gives the object as it then is.
    private func written(
        _ key: ObjectKey, isDry: Bool, _ change: (inout ClusterState) -> ClusterChange?
    ) -> JSONValue {
        if isDry {
            var copy = cluster
            _ = change(&copy)
            return copy[key] ?? .null
        }
        publish(change(&cluster))
        return cluster[key] ?? .null
    }

    func create(_ application: CloudApplication, _ target: CloudApplication.Target) throws(StatusError) -> JSONValue {
        guard var object = application.body, object["metadata"] != nil else {
            throw StatusError(message: "the body is no object", reason: "BadRequest", code: 400)
        }
        guard object.objectVersion.isEmpty else { throw .versionOnCreate }
        try checkName(of: object, at: target)
        var name = object["metadata"]?["name"]?.text ?? ""
        if name.isEmpty, let start = object["metadata"]?["generateName"]?.text {
            name = start + ids.next().filter { $0 != "-" }.prefix(5)
            object["metadata"]?["name"] = JSONValue(text: name)
        }
        let key = key(target, name: name, kind: object["kind"]?.text)
        guard !name.isEmpty else {
            throw StatusError(message: "name or generateName is required", reason: "Invalid", code: 422)
        }
        guard cluster[key] == nil else { throw .alreadyExists(key) }
        let wall = wall
        return written(key, isDry: isDry(application.options)) { $0.put(object, at: key, wall: wall) }
    }

    func update(_ application: CloudApplication, _ target: CloudApplication.Target) throws(StatusError) -> JSONValue {
        guard let object = application.body else {
            throw StatusError(message: "the body is no object", reason: "BadRequest", code: 400)
        }
        guard object["metadata"]?["name"]?.text?.isEmpty == false else {
            throw StatusError(message: "name is required", reason: "InternalError", code: 500)
        }
        try checkName(of: object, at: target)
        let former = try read(target)
        let key = key(target, name: target.name)
        try check(object["metadata"] ?? .null, against: former, key)
        let wall = wall
        let isStatus = application.verb == "updatestatus" || application.subresource == "status"
        return written(key, isDry: isDry(application.options)) { cluster in
            isStatus
                ? cluster.change(key, wall: wall, statusOnly: true) { $0["status"] = object["status"] }
                : cluster.put(object, at: key, wall: wall)
        }
    }

    func patch(_ application: CloudApplication, _ target: CloudApplication.Target) throws(StatusError) -> JSONValue {
        let description = application.options
        guard let data = description["Data"]?.text.flatMap(Base64.decode),
            let patch = try? JSONValue(parsing: data[...])
        else { throw StatusError(message: "the patch is no JSON", reason: "BadRequest", code: 400) }
        let type = description["PatchType"]?.text ?? ""
        let key = key(target, name: target.name, kind: patch["kind"]?.text)
        let isDry = isDry(description["Options"] ?? .null)
        let isStatus = description["Subresources"]?.elements.contains("status") == true
        let wall = wall
        guard let former = cluster[key] else {
            guard type == "application/apply-patch+yaml" else { throw absent(target) }
            return written(key, isDry: isDry) { $0.put(patch, at: key, wall: wall) }
        }
        try check(patch["metadata"] ?? .null, against: former, key)
        let result: JSONValue
        switch type {
        case "application/merge-patch+json", "application/apply-patch+yaml":
            result = StrategicMerge.plain(former, patch)
        case "application/strategic-merge-patch+json": result = StrategicMerge.strategic(former, patch)
        case "application/json-patch+json": result = try JSONPatching.applied(patch, to: former)
        default: throw StatusError(message: "unknown patch type \(type)", reason: "UnsupportedMediaType", code: 415)
        }
        try checkName(of: result, at: target)
        return written(key, isDry: isDry) { cluster in
            cluster.change(key, wall: wall, statusOnly: isStatus) { object in
                guard !isStatus else {
                    object["status"] = result["status"]
                    return
                }
                object = result
                // What tells one object from another is nobody's to change.
                for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
                    object["metadata"]?[field] = former["metadata"]?[field]
                }
            }
        }
    }

    func delete(_ application: CloudApplication, _ target: CloudApplication.Target) throws(StatusError) {
        let former = try read(target)
        let key = key(target, name: target.name)
        try check(application.options["preconditions"] ?? .null, against: former, key)
        guard !isDry(application.options) else { return }
        remove(key, grace: application.options["gracePeriodSeconds"]?.integer ?? 30)
    }

    /// The path names the object and its namespace: a body that names others is refused, as an API server does.
    private func checkName(of object: JSONValue, at target: CloudApplication.Target) throws(StatusError) {
        let name = object["metadata"]?["name"]?.text ?? ""
        guard name.isEmpty || target.name.isEmpty || name == target.name else {
            throw StatusError(
                message: "the name of the object (\(name)) does not match the name on the URL (\(target.name))",
                reason: "BadRequest", code: 400)
        }
        let namespace = object["metadata"]?["namespace"]?.text ?? ""
        guard namespace.isEmpty || namespace == target.namespace else {
            throw StatusError(
                message: "the namespace of the provided object does not match the namespace sent on the request",
                reason: "BadRequest", code: 400)
        }
    }

    /// Version and uid, where they are given, are what the writer has seen.
    private func check(
        _ seen: JSONValue, against former: JSONValue, _ key: ObjectKey
    ) throws(StatusError) {
        if let uid = seen["uid"]?.text, !uid.isEmpty, uid != former.objectUID {
            throw .conflict(
                key, cause: "Precondition failed: UID in precondition: \(uid), UID in object meta: \(former.objectUID)")
        }
        if let version = seen["resourceVersion"]?.text, !version.isEmpty, version != former.objectVersion {
            throw .conflict(key)
        }
    }
}

/// JSON patches (RFC 6902), as far as tests need them: add, replace, remove and test.
enum JSONPatching {
    static func applied(_ patch: JSONValue, to object: JSONValue) throws(StatusError) -> JSONValue {
        var object = object
        for step in patch.elements {
            let path = (step["path"]?.text ?? "").split(separator: "/").map {
                String($0).split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
            }
            object = try applied(step, path[...], to: object)
        }
        return object
    }

    private static func applied(
        _ step: JSONValue, _ path: ArraySlice<String>, to value: JSONValue
    ) throws(StatusError) -> JSONValue {
        guard let first = path.first else { return step["value"] ?? .null }
        let operation = step["op"]?.text ?? ""
        var elements = value.elements
        if case .array = value {
            let index = first == "-" ? elements.count : Int(first) ?? -1
            guard (0...elements.count).contains(index) else { throw invalid(step) }
            if path.count > 1 {
                guard index < elements.count else { throw invalid(step) }
                elements[index] = try applied(step, path.dropFirst(), to: elements[index])
            } else if operation == "add" {
                elements.insert(step["value"] ?? .null, at: index)
            } else {
                guard index < elements.count else { throw invalid(step) }
                if operation == "test" { guard elements[index] == step["value"] else { throw invalid(step) } }
                if operation == "replace" { elements[index] = step["value"] ?? .null }
                if operation == "remove" { elements.remove(at: index) }
            }
            return .array(elements)
        }
        var object = value
        guard path.count == 1 else {
            guard let inner = value[first] else { throw invalid(step) }
            object[first] = try applied(step, path.dropFirst(), to: inner)
            return object
        }
        if operation != "add", value[first] == nil { throw invalid(step) }
        switch operation {
        case "add", "replace": object[first] = step["value"] ?? .some(.null)
        case "remove": object[first] = nil
        case "test": guard value[first] == step["value"] else { throw invalid(step) }
        default: throw invalid(step)
        }
        return object
    }

    private static func invalid(_ step: JSONValue) -> StatusError {
        StatusError(
            message: "the server rejected our request due to an error in our request: \(step["path"]?.text ?? "")",
            reason: "Invalid", code: 422)
    }
}
