internal import Beehive

/// How objects look, for clients that explain, check and merge: OpenAPI 2 as a whole, OpenAPI 3 by group and version.
enum OpenAPI {
    /// Answers a GET below `/openapi`.
    ///
    /// - Parameters:
    ///   - path: what stands behind `openapi`.
    ///   - accept: the value of `Accept`.
    ///   - catalog: the kinds that are served.
    /// - Returns: nil when there is no such document.
    static func respond(path: ArraySlice<String>, accept: String?, catalog: KindCatalog) -> Discovery.Document? {
        let path = Array(path)
        switch path.first {
        case "v2" where path.count == 1: return older(accept: accept, catalog: catalog)
        case "v3" where path.count == 1: return Discovery.Document(json: OpenAPIv3.index(of: catalog))
        case "v3" where path.count == 3 && path[1] == "api":
            return OpenAPIv3.document(group: "", version: path[2], of: catalog).map(Discovery.Document.init)
        case "v3" where path.count == 4 && path[1] == "apis":
            return OpenAPIv3.document(group: path[2], version: path[3], of: catalog).map(Discovery.Document.init)
        default: return nil
        }
    }

    /// How the protobuf form is called; the name with `@` is asked for, but clients cannot read it in an answer.
    private static let protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    private static let protobufNames: Set<String> = [
        protobuf, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    ]

    /// Whether a caller wants the protobuf form more than JSON.
    static func wantsProtobuf(_ accept: String?) -> Bool {
        let wanted = MediaType.accepted(accept ?? "").map { "\($0.type)/\($0.subtype)" }
            .first { protobufNames.contains($0) || ["application/json", "application/*", "*/*"].contains($0) }
        return wanted.map(protobufNames.contains) ?? false
    }

    private static func older(accept: String?, catalog: KindCatalog) -> Discovery.Document {
        let document = OpenAPIv2.document(of: catalog)
        guard wantsProtobuf(accept) else { return Discovery.Document(json: document) }
        return Discovery.Document(contentType: protobuf, bytes: OpenAPIv2Protobuf.document(document))
    }
}
