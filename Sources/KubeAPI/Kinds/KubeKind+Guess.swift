extension KubeKind {
    /// A kind of which nothing is known but an object that says it is one.
    ///
    /// - Parameters:
    ///   - apiVersion: the object's `apiVersion`.
    ///   - name: the object's `kind`.
    ///   - isNamespaced: whether the object names a namespace.
    /// - Returns: a kind whose plural is made up by Kubernetes' rule; nil when the words cannot be group, version, kind.
    public static func guessed(apiVersion: String, kind name: String, isNamespaced: Bool) -> KubeKind? {
        let singular = name.lowercased()
        guard let (group, version) = split(apiVersion), isPathWord(singular) else { return nil }
        var kind = KubeKind(
            resource: Resource(group: group, version: version, plural: guessedPlural(of: singular)), kind: name,
            isNamespaced: isNamespaced)
        kind.isCustom = true
        kind.source = .guessed
        return kind
    }

    /// Kubernetes' rule: `ies` for a `y` at the end, `es` behind an `s`, else `s`.
    private static func guessedPlural(of singular: String) -> String {
        if singular.hasSuffix("endpoints") { return singular }
        if singular.hasSuffix("y") { return singular.dropLast() + "ies" }
        return singular + (singular.hasSuffix("s") ? "es" : "s")
    }
}
