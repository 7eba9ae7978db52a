internal import Beehive

/// Discovery's second form: all groups, versions and resources in one answer.
enum AggregatedDocument {
    /// An APIGroupDiscoveryList; `v2` and `v2beta1` differ in nothing but their name.
    static func list(_ groups: [APIGroup], version: String) -> JSONValue {
        [
            "kind": "APIGroupDiscoveryList", "apiVersion": JSONValue(text: "apidiscovery.k8s.io/\(version)"),
            "metadata": [:], "items": .array(groups.map(item)),
        ]
    }

    private static func item(of group: APIGroup) -> JSONValue {
        [
            "metadata": group.name.isEmpty ? [:] : ["name": JSONValue(text: group.name)],
            "versions": .array(
                group.versions.map { version in
                    [
                        "version": JSONValue(text: version.name),
                        "resources": .array(version.kinds.map(resource)), "freshness": "Current",
                    ]
                }),
        ]
    }

    private static func resource(of kind: KubeKind) -> JSONValue {
        var entry: JSONValue = [
            "resource": JSONValue(text: kind.resource.plural),
            "responseKind": responseKind(kind.kind, group: kind.resource.group, version: kind.resource.version),
            "scope": kind.isNamespaced ? "Namespaced" : "Cluster", "singularResource": JSONValue(text: kind.singular),
            "verbs": .texts(kind.verbs),
        ]
        if !kind.shortNames.isEmpty { entry["shortNames"] = .texts(kind.shortNames) }
        if !kind.categories.isEmpty { entry["categories"] = .texts(kind.categories) }
        let subresources = kind.servedSubresources
        if !subresources.isEmpty {
            entry["subresources"] = .array(
                subresources.map { subresource in
                    let (group, version) =
                        subresource.groupVersion ?? (kind.resource.group, kind.resource.version)
                    return [
                        "subresource": JSONValue(text: subresource.name),
                        "responseKind": responseKind(subresource.kind, group: group, version: version),
                        "verbs": .texts(subresource.verbs),
                    ]
                })
        }
        return entry
    }

    private static func responseKind(_ kind: String, group: String, version: String) -> JSONValue {
        ["group": JSONValue(text: group), "version": JSONValue(text: version), "kind": JSONValue(text: kind)]
    }
}
