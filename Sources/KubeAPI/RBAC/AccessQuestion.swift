internal import Beehive

/// What somebody wants to do, as RBAC sees it.
public struct AccessQuestion: Hashable, Sendable {
    /// An object, or all of a kind.
    public struct Object: Hashable, Sendable {
        /// The namespace; empty for kinds without, and for all namespaces.
        public var namespace = ""
        /// The API group; empty for the core group.
        public var group = ""
        /// The plural.
        public var plural = ""
        /// What stands behind the name, such as `status`; empty for the object itself.
        public var subresource = ""
        /// The object's name; empty for all.
        public var name = ""

        /// Makes an object without a name.
        public init() {}
    }

    /// What it is to be done to.
    public enum Target: Hashable, Sendable {
        /// Objects of a kind.
        case object(Object)
        /// A path that names no objects.
        case path(String)
    }

    /// The verb.
    public var verb: String
    /// What it is to be done to.
    public var target: Target

    /// Asks for an object, or all of a kind.
    ///
    /// - Parameters:
    ///   - verb: the verb.
    ///   - object: the object.
    public init(_ verb: String, _ object: Object) {
        self.verb = verb
        target = .object(object)
    }

    /// Asks for a path that is no object.
    ///
    /// - Parameters:
    ///   - method: the request's method, in any case.
    ///   - path: the path.
    public init(method: String, path: String) {
        verb = method.lowercased()
        target = .path(path)
    }

    /// Asks for what a request wants.
    ///
    /// A list of the one object that a field selector names is asked for under that name, as the API server does.
    ///
    /// - Parameter request: the request.
    public init(_ request: ResourceRequest) {
        var object = Object()
        object.namespace = request.namespace ?? ""
        object.group = request.resource.group
        object.plural = request.resource.plural
        object.subresource = request.subresource ?? ""
        object.name = request.name ?? ""
        if request.name == nil, request.verb != .create {
            let named = request.options.fields?.requirements.first { $0.path == "metadata.name" && $0.isEqual }
            object.name = named?.value ?? ""
        }
        self.init(request.verb.rawValue, object)
    }

    /// The refusal, in the API server's words.
    ///
    /// - Parameter user: who asked.
    /// - Returns: a 403 that says who may not do what.
    public func refusal(of user: String) -> APIFailure {
        switch target {
        case .path(let path):
            return APIFailure(
                403, reason: "Forbidden",
                "forbidden: User \(Self.quoted(user)) cannot \(verb) path \(Self.quoted(path))", details: [:])
        case .object(let object):
            let resource = KubeKind.Resource(group: object.group, version: "", plural: object.plural)
            let name = object.name.isEmpty ? "" : " \(Self.quoted(object.name))"
            let plural = object.subresource.isEmpty ? object.plural : "\(object.plural)/\(object.subresource)"
            let place =
                object.namespace.isEmpty
                ? "at the cluster scope" : "in the namespace \(Self.quoted(object.namespace))"
            var details: JSONValue = [:]
            if !object.name.isEmpty { details["name"] = JSONValue(text: object.name) }
            if !object.group.isEmpty { details["group"] = JSONValue(text: object.group) }
            details["kind"] = JSONValue(text: object.plural)
            return APIFailure(
                403, reason: "Forbidden",
                "\(resource)\(name) is forbidden: User \(Self.quoted(user)) cannot \(verb) resource "
                    + "\(Self.quoted(plural)) in API group \(Self.quoted(object.group)) \(place)", details: details)
        }
    }

    /// Paths and names are the caller's own text: nothing of it may end the line.
    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue(text: text).json, as: UTF8.self)
    }
}
