public import Beehive

extension KubeKind {
    /// The kinds that a discovery document names: an APIResourceList, or an aggregated APIGroupDiscoveryList.
    ///
    /// - Parameter document: the document, as a cloud gave it.
    /// - Returns: one for each resource of each version; none for a document of another kind.
    public static func discovered(in document: JSONValue) -> [KubeKind] {
        switch document["kind"]?.text {
        case "APIResourceList": listed(in: document)
        case "APIGroupDiscoveryList": (document["items"]?.elements ?? []).flatMap(aggregated(in:))
        default: []
        }
    }

    private static func listed(in document: JSONValue) -> [KubeKind] {
        guard let groupVersion = document["groupVersion"]?.text, let (group, version) = split(groupVersion) else {
            return []
        }
        let entries = document["resources"]?.elements ?? []
        var subresources: [String: [String]] = [:]
        for entry in entries {
            let parts = (entry["name"]?.text ?? "").split(separator: "/", maxSplits: 1)
            if parts.count == 2 { subresources[String(parts[0]), default: []].append(String(parts[1])) }
        }
        return entries.compactMap { entry in
            guard let plural = entry["name"]?.text, !plural.contains("/") else { return nil }
            return found(
                Resource(group: group, version: version, plural: plural), kind: entry["kind"]?.text,
                singular: entry["singularName"]?.nonEmptyText, isNamespaced: entry["namespaced"] == .bool(true),
                entry: entry, subresources: subresources[plural] ?? [])
        }
    }

    private static func aggregated(in item: JSONValue) -> [KubeKind] {
        let group = item["metadata"]?["name"]?.text ?? ""
        guard group.isEmpty || isPathWord(group) else { return [] }
        return (item["versions"]?.elements ?? []).flatMap { version -> [KubeKind] in
            guard let word = version["version"]?.text, isPathWord(word) else { return [] }
            return (version["resources"]?.elements ?? []).compactMap { entry in
                guard let plural = entry["resource"]?.text else { return nil }
                return found(
                    Resource(group: group, version: word, plural: plural), kind: entry["responseKind"]?["kind"]?.text,
                    singular: entry["singularResource"]?.nonEmptyText,
                    isNamespaced: entry["scope"]?.text == "Namespaced", entry: entry,
                    subresources: (entry["subresources"]?.elements ?? []).compactMap { $0["subresource"]?.text })
            }
        }
    }

    /// The kind of one entry; `shortNames`, `categories` and `verbs` are named alike in both forms.
    private static func found(
        _ resource: Resource, kind name: String?, singular: String?, isNamespaced: Bool, entry: JSONValue,
        subresources: [String]
    ) -> KubeKind? {
        guard let name, !name.isEmpty, isPathWord(resource.plural) else { return nil }
        var kind = KubeKind(resource: resource, kind: name, singular: singular, isNamespaced: isNamespaced)
        kind.shortNames = entry["shortNames"]?.texts ?? []
        kind.categories = entry["categories"]?.texts ?? []
        kind.verbs = entry["verbs"]?.texts ?? allVerbs
        kind.subresources = subresources.sorted()
        kind.isCustom = true
        kind.source = .discovery
        return kind
    }

    /// Group and version of `group/version`, or of `version` alone; nil when it is neither.
    static func split(_ apiVersion: String) -> (group: String, version: String)? {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy(isPathWord) else { return nil }
        return (parts.count == 2 ? parts[0] : "", parts.last ?? "")
    }
}
