import Beehive

/// Reading a request as the API server reads it.
extension ResourceRequest {
    /// Reads what a request asks for; nil when its path is none of objects (discovery, health, anything else).
    ///
    /// A watch of one object, by the old path or by its name in the path, becomes a field selector; `name` is nil then.
    ///
    /// - Parameters:
    ///   - method: the HTTP method.
    ///   - segments: the path's parts, unescaped.
    ///   - query: the query's fields, unescaped; of two with the same name the first counts.
    /// - Throws: a 400, 404, 405 or 422 in Kubernetes' words.
    public init?(method: String, segments: [String], query: [QueryField]) throws(APIFailure) {
        guard let path = try ObjectPath(segments) else { return nil }
        let fields = QueryFields(query)
        let verb = try Self.verb(method, path, fields)
        var options = try RequestOptions(fields, verb: verb)
        options.query = query
        self.init(
            verb: verb, resource: path.resource, namespace: path.namespace, name: path.name,
            subresource: path.subresource, options: options)
        if verb == .watch, let name { try select(name) }
    }

    /// The only object that may be meant: the named one, or the one that the field selector asks for.
    ///
    /// This is what rules of authorization with `resourceNames` look at.
    public var exactName: String? { name ?? options.fields?.exactValue(of: "metadata.name") }

    /// The namespace that rules of authorization look at: a namespace object counts as part of itself.
    public var authorizedNamespace: String? {
        resource.group.isEmpty && resource.plural == "namespaces" ? exactName : namespace
    }

    private static func verb(_ method: String, _ path: ObjectPath, _ fields: QueryFields) throws(APIFailure) -> Verb {
        let hasName = path.name != nil
        switch method {
        case "GET", "HEAD":
            if path.isWatch || (!hasName && fields.isSet("watch")) { return .watch }
            return hasName ? .get : .list
        case "POST" where !path.isWatch && hasName == (path.subresource != nil): return .create
        case "PUT" where !path.isWatch && hasName: return .update
        case "PATCH" where !path.isWatch && hasName: return .patch
        case "DELETE" where !path.isWatch: return hasName ? .delete : .deletecollection
        default:
            throw APIFailure(
                405, reason: "MethodNotAllowed",
                "the server does not allow this method on the requested resource: "
                    + "\(OneLine.of(method, limit: 20)) on \(path.resource)")
        }
    }

    /// Makes the watch of a named object one of the list with that object alone.
    private mutating func select(_ name: String) throws(APIFailure) {
        let requirement = FieldSelector.Requirement(path: "metadata.name", value: name, isEqual: true)
        if let fields = options.fields, !fields.requirements.isEmpty {
            guard fields.exactValue(of: "metadata.name") == name else {
                throw .badRequest("fieldSelector metadata.name doesn't match requested name \"\(name)\"")
            }
        } else {
            options.fields = FieldSelector(requirements: [requirement])
        }
        self.name = nil
    }
}
