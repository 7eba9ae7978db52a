/// How the body of a request is written, by its `Content-Type`.
public enum BodyType: String, Sendable, CaseIterable {
    /// JSON.
    case json = "application/json"
    /// YAML.
    case yaml = "application/yaml"
    /// As far as `ProtobufObject` reads it.
    case protobuf = "application/vnd.kubernetes.protobuf"
    /// A JSON patch (RFC 6902).
    case jsonPatch = "application/json-patch+json"
    /// A JSON merge patch (RFC 7386).
    case mergePatch = "application/merge-patch+json"
    /// A strategic merge patch of Kubernetes.
    case strategicMergePatch = "application/strategic-merge-patch+json"
    /// A server-side apply.
    case applyYAML = "application/apply-patch+yaml"

    /// Reads the type of an object's body, or of DeleteOptions.
    ///
    /// - Parameter header: `Content-Type`; nil or empty for JSON.
    /// - Throws: a 415 that names what is taken.
    public init(ofObject header: String?) throws(APIFailure) { try self.init(header, of: [.json, .yaml, .protobuf]) }

    /// Reads the type of a patch.
    ///
    /// - Parameter header: `Content-Type`; a patch has to have one.
    /// - Throws: a 415 that names what is taken.
    public init(ofPatch header: String?) throws(APIFailure) {
        try self.init(
            header.map { $0.isEmpty ? "none" : $0 } ?? "none",
            of: [.jsonPatch, .mergePatch, .strategicMergePatch, .applyYAML])
    }

    private init(_ header: String?, of known: [BodyType]) throws(APIFailure) {
        guard let header, !header.isEmpty else {
            self = .json
            return
        }
        let type = MediaType(header)
        guard let found = known.first(where: { type?.covers($0) ?? false }) else {
            throw APIFailure(
                415, reason: "UnsupportedMediaType",
                "the body of the request was in an unknown format (\(SelectorBounds.shown(header))) - "
                    + "accepted media types include: \(known.map(\.rawValue).joined(separator: ", "))")
        }
        self = found
    }
}

extension MediaType {
    /// Whether it is exactly the type of a body.
    fileprivate func covers(_ body: BodyType) -> Bool { "\(type)/\(subtype)" == body.rawValue }
}
