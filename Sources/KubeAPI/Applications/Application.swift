public import Beehive
internal import Crypto

/// A request to the cluster's API server that goes through the cloud: what KubeEdge calls an application.
public struct Application: Hashable, Sendable {
    /// What is asked for.
    public enum Verb: String, Sendable, CaseIterable {
        /// One object.
        case get
        /// All objects that match.
        case list
        /// What changes from now on.
        case watch
        /// A new object.
        case create
        /// An object is to go.
        case delete
        /// An object is to be replaced.
        case update
        /// An object's status is to be replaced.
        case updatestatus
        /// Parts of an object are to change.
        case patch

        /// Whether it changes nothing, so that equal ones of one caller may share an answer.
        public var isRead: Bool { self == .get || self == .list }
    }

    /// What is asked for.
    public var verb: Verb
    /// `/<group or core>/<version>/<plural>/<namespace or null>/<name or null>`, or a discovery path such as `/version`.
    public var key: String
    /// The JSON of ListOptions, GetOptions, CreateOptions and so on; of a patch, that of its description.
    public var options: Bytes
    /// The JSON of the object; nil for none.
    public var body: Bytes?
    /// What stands behind the name; empty for the object itself.
    public var subresource: String

    /// Makes an application.
    ///
    /// - Parameters:
    ///   - verb: what is asked for.
    ///   - key: the object or list, as `key(_:namespace:name:)` says it, or a discovery path.
    ///   - options: the JSON of the options.
    ///   - body: the JSON of the object.
    ///   - subresource: what stands behind the name.
    public init(
        _ verb: Verb, key: String, options: Bytes = Bytes("{}".utf8), body: Bytes? = nil, subresource: String = ""
    ) {
        self.verb = verb
        self.key = key
        self.options = options
        self.body = body
        self.subresource = subresource
    }

    /// The key of an object or a list.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without, and for all namespaces.
    ///   - name: the object; nil for a list, and for what is created.
    /// - Returns: the key, with KubeEdge's words for what is absent.
    public static func key(_ resource: KubeKind.Resource, namespace: String?, name: String?) -> String {
        let group = resource.group.isEmpty ? "core" : resource.group
        return "/\(group)/\(resource.version)/\(resource.plural)/\(word(namespace))/\(word(name))"
    }

    private static func word(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "null" }
        return text
    }

    /// The name under which the cloud keeps it: the same for equal applications of one node.
    ///
    /// - Parameter node: the node's name.
    /// - Returns: a SHA-256 in lower-case hex.
    public func id(node: String) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(node)\(key)\(verb.rawValue)".utf8))
        hash.update(data: options)
        if let body { hash.update(data: body) }
        hash.update(data: Array(subresource.utf8))
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// What the message to the cloud carries.
    ///
    /// - Parameter node: the node's name; the cloud takes the session's in its stead.
    /// - Returns: the application as a whole, with empty places for the answer.
    public func content(node: String) -> JSONValue {
        [
            "ID": JSONValue(text: id(node: node)), "Key": JSONValue(text: key), "Verb": JSONValue(text: verb.rawValue),
            "Nodename": JSONValue(text: node), "Option": Self.encoded(options), "ReqBody": Self.encoded(body),
            "Subresource": JSONValue(text: subresource), "RespBody": nil, "Status": "InApplying", "Reason": "",
            "Error": ["ErrStatus": ["metadata": [:]]], "Timestamp": "0001-01-01T00:00:00Z",
        ]
    }

    /// Reads the application that a message carries; nil when verb or key are absent, or something is no base 64.
    ///
    /// - Parameter content: the message's content.
    public init?(content: JSONValue) {
        guard let verb = content["Verb"]?.text.flatMap(Verb.init), let key = content["Key"]?.text, !key.isEmpty,
            let options = Self.decoded(content["Option"]), let body = Self.decoded(content["ReqBody"])
        else { return nil }
        self.init(
            verb, key: key, options: options ?? [], body: body, subresource: content["Subresource"]?.text ?? "")
    }

    static func encoded(_ bytes: Bytes?) -> JSONValue {
        guard let bytes else { return .null }
        return .string(Base64.encode(bytes))
    }

    /// The outer nil stands for something that is no base 64, the inner for nothing there.
    static func decoded(_ value: JSONValue?) -> Bytes?? {
        switch value {
        case nil, .null?: return .some(nil)
        case .string(let text)?:
            guard let bytes = Base64.decode(JSONText.unescape(text)[...]) else { return nil }
            return .some(bytes)
        default: return nil
        }
    }
}
