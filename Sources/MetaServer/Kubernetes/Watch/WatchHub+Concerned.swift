package import Beehive
internal import KubeAPI

extension WatchHub {
    /// How many watchers are told when an object changes.
    ///
    /// - Parameters:
    ///   - path: the object.
    ///   - value: the object as it is, which selectors look at; empty when there is none.
    /// - Returns: how many.
    package func watchers(of path: ResourcePath, value: Bytes) -> Int {
        let object = try? JSONValue(parsing: value)
        return watchers(of: path.type).count { $0.settings.concerns(path, object) }
    }
}

extension WatchSettings {
    /// True when an object is among those that are watched; without an object, selectors are not asked.
    func concerns(_ path: ResourcePath, _ object: JSONValue?) -> Bool {
        if kind.isNamespaced, let namespace, namespace != path.namespace { return false }
        if let name, name != path.id { return false }
        guard let object else { return true }
        return (labels?.matches(object) ?? true) && (fields?.matches(object) ?? true)
    }
}
