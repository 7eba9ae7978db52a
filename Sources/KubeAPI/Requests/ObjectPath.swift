/// What the path of a request for objects names.
struct ObjectPath {
    var resource: KubeKind.Resource
    var namespace: String?
    var name: String?
    var subresource: String?
    /// True for the old form with `watch` before the resource.
    var isWatch = false

    /// What may stand behind a namespace's name and still be of the namespace itself.
    private static let ofNamespaces: Set<String> = ["status", "finalize"]

    /// Reads a path; nil when it is none of objects.
    init?(_ segments: [String]) throws(APIFailure) {
        var rest = segments[...]
        func next() -> String? { rest.popFirst() }
        let group: String
        switch next() {
        case "api": group = ""
        case "apis":
            guard let named = next() else { return nil }
            group = named
        default: return nil
        }
        guard let version = next(), !rest.isEmpty else { return nil }
        isWatch = rest.first == "watch"
        if isWatch { _ = next() }
        guard let first = next() else {
            throw .badRequest("the path ends behind 'watch': name the resource to be watched")
        }
        resource = KubeKind.Resource(group: group, version: version, plural: first)
        name = next()
        // A namespace's name is followed by what lives in it, unless that is a part of the namespace itself.
        if first == "namespaces", let inner = rest.first, !Self.ofNamespaces.contains(inner) {
            namespace = name
            resource.plural = inner
            rest.removeFirst()
            name = next()
        }
        subresource = next()
        guard rest.isEmpty else {
            throw APIFailure(
                404, reason: "NotFound",
                "the server could not find the requested resource: nothing is served below a subresource")
        }
        for part in [group, version, resource.plural, namespace, name, subresource] {
            if let part { try Self.check(part) }
        }
    }

    /// Refuses what can be no part of an object's path once its escapes are undone.
    private static func check(_ part: String) throws(APIFailure) {
        guard part.utf8.count <= 253 else { throw .badRequest("a part of the path has more than 253 bytes") }
        let isWrong =
            part == "." || part == ".." || part.utf8.contains { "/%\\".utf8.contains($0) || $0 < 0x21 || $0 == 0x7F }
        if isWrong {
            throw .badRequest(
                "\"\(SelectorBounds.shown(part))\" is no part of an object's path: names hold no '/' or '%'")
        }
    }
}
