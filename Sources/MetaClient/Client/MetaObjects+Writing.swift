public import Beehive

/// Writes: decided by the cloud while it can be asked, else by the node for the kinds that it may decide
/// (`metaserver.offline.kinds`). A write that timed out may have been done: read the object before you try again.
extension MetaObjects {
    /// Creates an object.
    ///
    /// - Parameter object: the object; its namespace counts.
    /// - Returns: the object as it is now.
    /// - Throws: `MetaClientError`; `conflict` when there is one of that name.
    public func create(_ object: Object) async throws -> Written<Object> {
        try await write("POST", try resource.path(namespace: namespace(of: object)), object, type: "application/json")
    }

    /// Replaces an object.
    ///
    /// - Parameters:
    ///   - object: the object as it was read and changed; without a `resourceVersion` it replaces whatever is there.
    ///   - subresource: what of it is written, such as `status`; nil for all else.
    /// - Returns: the object as it is now.
    /// - Throws: `MetaClientError`; `conflict` when somebody else wrote since it was read.
    public func update(_ object: Object, subresource: String? = nil) async throws -> Written<Object> {
        let path = try resource.path(namespace: namespace(of: object), name: object.name, part: subresource)
        return try await write("PUT", path, object, type: "application/json")
    }

    /// Changes parts of an object (JSON merge patch, RFC 7386).
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - namespace: its namespace; nil for kinds that have none.
    ///   - change: the members to set; null takes one off.
    ///   - subresource: what of it is written, such as `status`; nil for all else.
    /// - Returns: the object as it is now.
    /// - Throws: `MetaClientError`.
    public func patch(
        _ name: String, in namespace: String? = nil, with change: JSONValue, subresource: String? = nil
    ) async throws -> Written<Object> {
        let path = try resource.path(namespace: namespace, name: name, part: subresource)
        return try await write(
            "PATCH", path, UntypedObject(json: change), type: "application/merge-patch+json", name: name)
    }

    /// Deletes an object.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - namespace: its namespace; nil for kinds that have none.
    ///   - uid: only if it still is this one; nil for whichever has the name.
    /// - Throws: `MetaClientError`; `notFound` when there is none, `conflict` when it is another.
    public func delete(_ name: String, in namespace: String? = nil, uid: String? = nil) async throws {
        var call = APICall(
            method: "DELETE", path: try resource.path(namespace: namespace, name: name), what: "\(resource) '\(name)'")
        if let uid {
            let options: JSONValue = [
                "kind": "DeleteOptions", "apiVersion": "v1", "preconditions": ["uid": JSONValue(text: uid)],
            ]
            call.body = options.json
            call.headers.append(("Content-Type", "application/json"))
        }
        _ = try await transport.perform(call)
    }

    private func namespace(of object: Object) throws -> String? {
        guard resource.isNamespaced else { return nil }
        guard !object.namespace.isEmpty else {
            throw MetaClientError(.invalid, "\(resource) '\(object.name)': its namespace is missing")
        }
        return object.namespace
    }

    private func write(
        _ method: String, _ path: String, _ object: some MetaObject, type: String, name: String? = nil
    ) async throws -> Written<Object> {
        let call = APICall(
            method: method, path: path, headers: [("Content-Type", type)], body: object.json.json,
            what: "\(resource) '\(name ?? object.name)'")
        let answer = try await transport.perform(call)
        return Written(
            object: Object(json: answer.body), origin: answer.head.origin, warning: answer.head.warning)
    }
}
