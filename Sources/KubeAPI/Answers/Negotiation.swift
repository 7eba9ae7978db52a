/// The form in which an answer is wanted: its encoding, and what becomes of the objects.
public struct AnswerForm: Hashable, Sendable {
    /// How the answer is written.
    public enum Encoding: String, Sendable {
        /// JSON.
        case json
        /// YAML.
        case yaml
        /// Protobuf, as `ProtobufAnswer` writes it.
        case protobuf

        /// The media type.
        public var mediaType: String {
            self == .protobuf ? "application/vnd.kubernetes.protobuf" : "application/\(rawValue)"
        }
    }

    /// Another kind that is asked for in place of the objects: `;as=Table;g=meta.k8s.io;v=v1`.
    public struct Transform: Hashable, Sendable {
        /// The kind, such as `Table`.
        public var kind: String
        /// Its group.
        public var group: String
        /// Its version.
        public var version: String

        /// Makes a transform.
        ///
        /// - Parameters:
        ///   - kind: the kind.
        ///   - group: its group.
        ///   - version: its version.
        public init(kind: String, group: String, version: String) {
            self.kind = kind
            self.group = group
            self.version = version
        }

        /// `group/version`, as the answer carries it.
        public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
        /// Whether rows of a table are wanted.
        public var isTable: Bool { kind == "Table" }
        /// Whether metadata alone is wanted.
        public var isMetadata: Bool { kind.hasPrefix("PartialObjectMetadata") }

        /// What objects and lists can be transformed into.
        public static let ofObjects: [Transform] = ["v1", "v1beta1"].flatMap { version in
            ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"].map {
                Transform(kind: $0, group: "meta.k8s.io", version: version)
            }
        }
    }

    /// How the answer is written.
    public var encoding: Encoding
    /// What becomes of the objects; nil when they are answered as they are.
    public var transform: Transform?

    /// Makes a form.
    ///
    /// - Parameters:
    ///   - encoding: how the answer is written.
    ///   - transform: what becomes of the objects; nil for nothing.
    public init(_ encoding: Encoding = .json, transform: Transform? = nil) {
        self.encoding = encoding
        self.transform = transform
    }

    /// Finds the form that a client wants most, of those that there are.
    ///
    /// JSON, when the client says nothing. Clients that take protobuf and JSON get JSON.
    ///
    /// - Parameters:
    ///   - accept: the `Accept` header, several joined by commas; nil for none.
    ///   - transforms: what there is besides the objects as they are.
    ///   - isWatch: whether the answer is a stream of events, which YAML has no form for.
    ///   - hasProtobuf: whether what is asked for has a protobuf form; a watch has none.
    /// - Throws: a 406 that names what there is.
    public init(
        accept: String?, transforms: [Transform] = Transform.ofObjects, isWatch: Bool = false,
        hasProtobuf: Bool = false
    ) throws(APIFailure) {
        let encodings: [Encoding] = isWatch ? [.json] : [.json, .yaml]
        guard let accept, !accept.allSatisfy({ $0 == " " }) else {
            self.init()
            return
        }
        let clauses = MediaType.accepted(accept)
        for clause in clauses {
            guard let encoding = encodings.first(where: { clause.covers("application", $0.rawValue) }) else { continue }
            if let stream = clause.parameters["stream"], !stream.isEmpty, stream != "watch" || encoding != .json {
                continue
            }
            guard let kind = clause.parameters["as"], !kind.isEmpty else {
                self.init(encoding)
                return
            }
            let wanted = Transform(
                kind: kind, group: clause.parameters["g"] ?? "", version: clause.parameters["v"] ?? "")
            if transforms.contains(wanted) {
                self.init(encoding, transform: wanted)
                return
            }
        }
        let last: [Encoding] = hasProtobuf && !isWatch ? [.protobuf] : []
        if clauses.contains(where: { clause in last.contains { clause.isPlain($0.mediaType) } }) {
            self.init(.protobuf)
            return
        }
        throw APIFailure(
            406, reason: "NotAcceptable",
            "only the following media types are accepted: "
                + (encodings + last).map(\.mediaType).joined(separator: ", "))
    }

    /// The `Content-Type` of the answer.
    ///
    /// Tables and metadata go as plain JSON, as the API server sends them; discovery names its kind.
    public var contentType: String {
        guard let transform, transform.group != "meta.k8s.io" else { return encoding.mediaType }
        return "\(encoding.mediaType);g=\(transform.group);v=\(transform.version);as=\(transform.kind)"
    }
}

extension MediaType {
    /// Whether it is a type as it is, and no other kind or stream of it.
    fileprivate func isPlain(_ name: String) -> Bool {
        "\(type)/\(subtype)" == name && [parameters["as"], parameters["stream"]].allSatisfy { ($0 ?? "").isEmpty }
    }
}
