internal import Beehive

/// What the dynamic controller reads for a node.
extension CloudCoreHub {
    func read(_ target: CloudApplication.Target) throws(StatusError) -> JSONValue {
        guard let object = cluster.objects.first(where: { target.covers($0.key) })?.value else {
            throw absent(target)
        }
        return object
    }

    func absent(_ target: CloudApplication.Target) -> StatusError {
        StatusError.notFound(key(target, name: target.name))
    }

    /// The key of an object that need not be there: its kind is that of others with the plural.
    func key(_ target: CloudApplication.Target, name: String, kind: String? = nil) -> ObjectKey {
        let like = (ObjectKind.known + cluster.objects.keys.map(\.kind)).first {
            $0.plural == target.plural && $0.apiVersion == target.apiVersion
        }
        let known =
            like
            ?? ObjectKind(
                kind ?? target.plural, target.apiVersion, plural: target.plural,
                isNamespaced: !target.namespace.isEmpty)
        return ObjectKey(known, known.isNamespaced ? target.namespace : "", name)
    }

    func list(_ target: CloudApplication.Target, _ options: JSONValue) -> JSONValue {
        let selectors = CloudSelectors(options)
        let all = cluster.objects.filter { target.covers($0.key) && selectors.matches($0.value) }
            .sorted { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }.map(\.value)
        let start = min(options["continue"]?.text.flatMap { Int($0) } ?? 0, all.count)
        let end = min(all.count, start + max(1, options["limit"]?.integer ?? all.count + 1))
        var metadata: JSONValue = ["resourceVersion": JSONValue(text: "\(cluster.version)")]
        if end < all.count {
            metadata["continue"] = JSONValue(text: "\(end)")
            metadata["remainingItemCount"] = JSONValue(integer: all.count - end)
        }
        let kind = key(target, name: "").kind.name
        return [
            "apiVersion": JSONValue(text: target.apiVersion), "items": .array(Array(all[start..<end])),
            "kind": JSONValue(text: "\(kind)List"), "metadata": metadata,
        ]
    }

    // MARK: Discovery

    func discovered(_ path: String) -> CloudApplication.Outcome {
        let kinds = Set(ObjectKind.known + cluster.objects.keys.map(\.kind))
        let groups = Dictionary(grouping: kinds, by: \.apiVersion)
        let parts = path.split(separator: "/").map(String.init)
        switch (parts.first, parts.dropFirst().joined(separator: "/")) {
        case ("version", ""): return .approved(Self.version)
        case ("api", ""): return .approved(["kind": "APIVersions", "versions": ["v1"]])
        case ("apis", ""):
            let names = Set(kinds.map(\.group)).subtracting([""]).sorted()
            let list = names.map { name -> JSONValue in
                let versions = groups.keys.filter { $0.hasPrefix("\(name)/") }.sorted().map { version -> JSONValue in
                    [
                        "groupVersion": JSONValue(text: version),
                        "version": JSONValue(text: String(version.dropFirst(name.count + 1))),
                    ]
                }
                return ["name": JSONValue(text: name), "versions": .array(versions), "preferredVersion": versions[0]]
            }
            return .approved(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(list)])
        case ("api", let version), ("apis", let version):
            guard let kinds = groups[version] else { break }
            let resources = kinds.sorted { $0.plural < $1.plural }.map { kind -> JSONValue in
                [
                    "name": JSONValue(text: kind.plural), "singularName": JSONValue(text: kind.type.rawValue),
                    "namespaced": .bool(kind.isNamespaced), "kind": JSONValue(text: kind.name),
                    "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
                ]
            }
            return .approved([
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": JSONValue(text: version),
                "resources": .array(resources),
            ])
        default: break
        }
        return .rejected(
            StatusError(message: "the server could not find the requested resource", reason: "NotFound", code: 404))
    }

    private static let version: JSONValue = [
        "major": "1", "minor": "32", "gitVersion": "v1.32.0", "platform": "linux/amd64",
    ]
}
