public import Beehive

extension Application {
    /// One object.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without.
    ///   - name: the object.
    ///   - options: the JSON of GetOptions.
    /// - Returns: the application.
    public static func get(
        _ resource: KubeKind.Resource, namespace: String?, name: String, options: JSONValue = [:]
    ) -> Application {
        Application(.get, key: key(resource, namespace: namespace, name: name), options: options.json)
    }

    /// What a discovery path answers, such as `/version` or `/apis/apps/v1`.
    ///
    /// - Parameter path: the path.
    /// - Returns: the application.
    public static func discovery(_ path: String) -> Application { Application(.get, key: path) }

    /// The objects of a kind.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for all.
    ///   - options: the JSON of ListOptions.
    /// - Returns: the application.
    public static func list(
        _ resource: KubeKind.Resource, namespace: String?, options: JSONValue = [:]
    ) -> Application {
        Application(.list, key: key(resource, namespace: namespace, name: nil), options: options.json)
    }

    /// All changes of the objects of a kind from now on, and the objects that are there.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for all.
    /// - Returns: the application.
    public static func watch(_ resource: KubeKind.Resource, namespace: String?) -> Application {
        let options: JSONValue = ["resourceVersion": "0"]
        return Application(.watch, key: key(resource, namespace: namespace, name: nil), options: options.json)
    }

    /// A new object.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without.
    ///   - name: the object behind which a subresource is created, such as a token's account; nil as a rule.
    ///   - body: the JSON of the object.
    ///   - subresource: what is created behind a name, such as `token`.
    ///   - options: the JSON of CreateOptions.
    /// - Returns: the application.
    public static func create(
        _ resource: KubeKind.Resource, namespace: String?, name: String? = nil, body: Bytes,
        subresource: String = "", options: JSONValue = [:]
    ) -> Application {
        Application(
            .create, key: key(resource, namespace: namespace, name: name), options: options.json, body: body,
            subresource: subresource)
    }

    /// An object in the place of the one that is there; its `status` alone with the subresource of that name.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without.
    ///   - name: the object.
    ///   - body: the JSON of the whole object.
    ///   - subresource: `status`, or empty.
    ///   - options: the JSON of UpdateOptions.
    /// - Returns: the application.
    public static func update(
        _ resource: KubeKind.Resource, namespace: String?, name: String, body: Bytes, subresource: String = "",
        options: JSONValue = [:]
    ) -> Application {
        // The cloud knows the status as a verb of its own, every other subresource by its name.
        let isStatus = subresource == "status"
        return Application(
            isStatus ? .updatestatus : .update, key: key(resource, namespace: namespace, name: name),
            options: options.json, body: body, subresource: subresource)
    }

    /// A change of an object.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without.
    ///   - name: the object.
    ///   - patchType: the media type of the patch, such as `application/merge-patch+json`.
    ///   - data: the patch.
    ///   - subresource: what stands behind the name, such as `status`.
    ///   - options: the JSON of PatchOptions.
    /// - Returns: the application.
    public static func patch(
        _ resource: KubeKind.Resource, namespace: String?, name: String, patchType: String, data: Bytes,
        subresource: String = "", options: JSONValue = [:]
    ) -> Application {
        var description: JSONValue = [
            "Name": JSONValue(text: name), "PatchType": JSONValue(text: patchType), "Data": encoded(data),
            "Options": options, "Subresources": nil,
        ]
        if !subresource.isEmpty { description["Subresources"] = [JSONValue(text: subresource)] }
        return Application(
            .patch, key: key(resource, namespace: namespace, name: name), options: description.json,
            subresource: subresource)
    }

    /// The end of an object.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without.
    ///   - name: the object.
    ///   - options: the JSON of DeleteOptions, preconditions among them.
    /// - Returns: the application.
    public static func delete(
        _ resource: KubeKind.Resource, namespace: String?, name: String, options: JSONValue = [:]
    ) -> Application {
        Application(.delete, key: key(resource, namespace: namespace, name: name), options: options.json)
    }
}
