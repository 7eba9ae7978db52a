/// A group with its versions and their kinds, as discovery tells of them.
struct APIGroup {
    /// One version with its kinds.
    struct Version {
        let name: String
        var kinds: [KubeKind]
    }

    /// The name; empty for the core group.
    let name: String
    /// The versions, the preferred one first.
    var versions: [Version]

    /// `group/version`, as documents name it.
    func groupVersion(_ version: Version) -> String { name.isEmpty ? version.name : "\(name)/\(version.name)" }
}

extension KindCatalog {
    /// The groups in the order in which their first kinds stand, with their versions likewise.
    var groups: [APIGroup] {
        var groups: [APIGroup] = []
        var places: [String: Int] = [:]
        var versionPlaces: [String: Int] = [:]
        for kind in kinds {
            let resource = kind.resource
            let at = places[resource.group] ?? groups.count
            if at == groups.count {
                places[resource.group] = at
                groups.append(APIGroup(name: resource.group, versions: []))
            }
            let versionAt = versionPlaces[kind.apiVersion] ?? groups[at].versions.count
            if versionAt == groups[at].versions.count {
                versionPlaces[kind.apiVersion] = versionAt
                groups[at].versions.append(.init(name: resource.version, kinds: []))
            }
            groups[at].versions[versionAt].kinds.append(kind)
        }
        for index in groups.indices {
            groups[index].versions.sort { VersionOrder($0.name) < VersionOrder($1.name) }
        }
        return groups
    }
}
