internal import Beehive

/// The documents of discovery's first form: versions, groups, and the resources of one version.
enum GroupDocuments {
    /// `/api`: the core group has one version.
    static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
    ]

    /// `/apis`: every group but the core one.
    static func groups(_ groups: [APIGroup]) -> JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groups.filter { !$0.name.isEmpty }.map { .object(members(of: $0)) }),
        ]
    }

    /// `/apis/<group>`.
    static func group(_ group: APIGroup) -> JSONValue {
        .object([JSONMember("kind", "APIGroup"), JSONMember("apiVersion", "v1")] + members(of: group))
    }

    private static func members(of group: APIGroup) -> [JSONMember] {
        let versions = group.versions.map { version -> JSONValue in
            ["groupVersion": JSONValue(text: group.groupVersion(version)), "version": JSONValue(text: version.name)]
        }
        return [
            JSONMember("name", JSONValue(text: group.name)), JSONMember("versions", .array(versions)),
            JSONMember("preferredVersion", versions.first ?? [:]),
        ]
    }

    /// `/api/v1` and `/apis/<group>/<version>`; nil when nothing is served there.
    static func resources(of catalog: KindCatalog, group: String, version: String) -> JSONValue? {
        let kinds = catalog.kinds.filter { $0.resource.group == group && $0.resource.version == version }
        guard let first = kinds.first else { return nil }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": JSONValue(text: first.apiVersion),
            "resources": .array(kinds.flatMap(entries)),
        ]
    }

    private static func entries(of kind: KubeKind) -> [JSONValue] {
        var entry: JSONValue = [
            "name": JSONValue(text: kind.resource.plural), "singularName": JSONValue(text: kind.singular),
            "namespaced": .bool(kind.isNamespaced), "kind": JSONValue(text: kind.kind), "verbs": .texts(kind.verbs),
        ]
        if !kind.shortNames.isEmpty { entry["shortNames"] = .texts(kind.shortNames) }
        if !kind.categories.isEmpty { entry["categories"] = .texts(kind.categories) }
        return [entry]
            + kind.servedSubresources.map { subresource in
                var entry: JSONValue = [
                    "name": JSONValue(text: "\(kind.resource.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(kind.isNamespaced),
                ]
                if let foreign = subresource.groupVersion {
                    entry["group"] = JSONValue(text: foreign.group)
                    entry["version"] = JSONValue(text: foreign.version)
                }
                entry["kind"] = JSONValue(text: subresource.kind)
                entry["verbs"] = .texts(subresource.verbs)
                return entry
            }
    }
}

extension JSONValue {
    /// An array of strings.
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { JSONValue(text: $0) }) }
}
