internal import Beehive
internal import KubeAPI
internal import YAMLReader

/// What a write asks, read from its body.
enum WriteBody: Sendable {
    /// A whole object.
    case object(JSONValue)
    /// A patch that this program understands.
    case patch(ObjectPatch)
    /// A server-side apply, as it came.
    case apply(Bytes)
    /// DeleteOptions.
    case options(JSONValue)

    /// Reads a body.
    ///
    /// - Throws: a 400 or 415 in Kubernetes' words.
    init(_ bytes: Bytes, type: String?, of request: ResourceRequest, kind: KubeKind) throws(APIFailure) {
        switch request.verb {
        case .patch: self = try Self.patch(bytes, type: type, kind: kind)
        case .delete, .deletecollection:
            let options = bytes.isEmpty ? [:] : try Self.tree(bytes, try BodyType(ofObject: type))
            guard case .object = options else { throw .badRequest("DeleteOptions have to be an object") }
            self = .options(options)
        default: self = .object(try Self.tree(bytes, try BodyType(ofObject: type)))
        }
    }

    private static func patch(_ bytes: Bytes, type: String?, kind: KubeKind) throws(APIFailure) -> WriteBody {
        let type = try BodyType(ofPatch: type)
        switch type {
        case .applyYAML: return .apply(bytes)
        case .strategicMergePatch:
            guard let schema = MergeSchema.of(kind) else {
                throw APIFailure(
                    415, reason: "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                        + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
            }
            return .patch(.strategic(try tree(bytes, .json), schema))
        case .jsonPatch: return .patch(.json(try tree(bytes, .json)))
        default: return .patch(.merge(try tree(bytes, .json)))
        }
    }

    static func tree(_ bytes: Bytes, _ type: BodyType) throws(APIFailure) -> JSONValue {
        if type == .protobuf { return try ProtobufObject.tree(bytes) }
        do {
            guard type == .yaml else { return try JSONValue(parsing: bytes) }
            let documents = try YAMLReader.documents(Array(bytes))
            guard documents.count == 1, let document = documents.first else {
                throw APIFailure.badRequest("the body has \(documents.count) YAML documents; want one")
            }
            return try JSONValue(document)
        } catch let error as APIFailure {
            throw error
        } catch {
            throw .badRequest("the body of the request cannot be read: \(OneLine.of("\(error)", limit: 300))")
        }
    }
}

/// A patch of an object.
enum ObjectPatch: Sendable {
    case json(JSONValue)
    case merge(JSONValue)
    case strategic(JSONValue, MergeSchema)

    /// The media type under which it goes to the cloud.
    var type: BodyType {
        switch self {
        case .json: .jsonPatch
        case .merge: .mergePatch
        case .strategic: .strategicMergePatch
        }
    }

    var tree: JSONValue {
        switch self {
        case .json(let tree), .merge(let tree), .strategic(let tree, _): tree
        }
    }

    /// The patched object.
    ///
    /// - Throws: a 400, 413 or 422 that names what does not fit.
    func apply(to object: JSONValue) throws(APIFailure) -> JSONValue {
        switch self {
        case .json(let patch): return try JSONPatch(patch).apply(to: object)
        case .merge(let patch):
            guard case .object = patch else { throw .badRequest("a merge patch has to be an object") }
            return MergePatch.apply(patch, to: object)
        case .strategic(let patch, let schema):
            guard case .object = patch else { throw .badRequest("a strategic merge patch has to be an object") }
            if let fault = StrategicPatch.fault(in: patch, schema: schema) { throw .badRequest(fault) }
            return StrategicPatch.apply(patch, to: object, schema: schema)
        }
    }

    /// The `resourceVersion` that the patch demands; nil when it demands none.
    var version: String? {
        switch self {
        case .json(let patch):
            patch.elements.last { $0["path"]?.text == "/metadata/resourceVersion" }?["value"]?.text
        case .merge(let patch), .strategic(let patch, _):
            (patch["metadata"]?["resourceVersion"]?.text).flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// The patch for the cloud: the store's revision becomes the cloud's version, annotations of this program go.
    func sent(revision: String, version: String) -> JSONValue {
        switch self {
        case .json(let patch):
            return .array(
                patch.elements.map { operation in
                    guard operation["path"]?.text == "/metadata/resourceVersion",
                        operation["value"]?.text == revision, !version.isEmpty
                    else { return operation }
                    var operation = operation
                    operation["value"] = JSONValue(text: version)
                    return operation
                })
        case .merge(let patch), .strategic(let patch, _):
            var sent = SentObject.withoutOwnAnnotations(patch)
            if self.version != nil, var metadata = sent["metadata"] {
                metadata["resourceVersion"] = version.isEmpty ? Optional<JSONValue>.none : JSONValue(text: version)
                sent["metadata"] = metadata
            }
            return sent
        }
    }
}
