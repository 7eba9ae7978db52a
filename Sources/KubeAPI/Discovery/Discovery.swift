public import Beehive

/// What clients ask before they ask for objects: which kinds there are, which version serves them, how objects look.
public enum Discovery {
    /// A document as it goes over the wire.
    public struct Document: Hashable, Sendable {
        /// The value of `Content-Type`.
        public var contentType: String
        /// The body.
        public var bytes: Bytes

        /// Makes a document.
        ///
        /// - Parameters:
        ///   - contentType: the value of `Content-Type`.
        ///   - bytes: the body.
        public init(contentType: String, bytes: Bytes) {
            self.contentType = contentType
            self.bytes = bytes
        }

        init(json: JSONValue) { self.init(contentType: "application/json", bytes: json.json) }
    }

    /// Answers a GET of a discovery path; the same catalog gives the same bytes.
    ///
    /// - Parameters:
    ///   - path: the path's segments, unescaped, such as `["apis", "apps", "v1"]`.
    ///   - accept: the value of `Accept`; nil when there is none.
    ///   - catalog: the kinds that are served.
    ///   - version: what the cloud says at `/version`; nil for this program's own.
    /// - Returns: nil when the path is no discovery path, or names a group or version that is not served.
    public static func respond(
        path: [String], accept: String?, catalog: KindCatalog, version: JSONValue? = nil
    ) -> Document? {
        switch (path.first, path.count) {
        case ("version", 1): Document(json: version ?? ProgramVersion.info)
        case ("api", 1):
            aggregated(accept, catalog.groups.filter(\.name.isEmpty)) ?? Document(json: GroupDocuments.coreVersions)
        case ("api", 2):
            path[1] == "v1" ? GroupDocuments.resources(of: catalog, group: "", version: "v1").map(Document.init) : nil
        case ("apis", 1):
            aggregated(accept, catalog.groups.filter { !$0.name.isEmpty })
                ?? Document(json: GroupDocuments.groups(catalog.groups))
        case ("apis", 2):
            catalog.groups.first { $0.name == path[1] && !$0.name.isEmpty }
                .map { Document(json: GroupDocuments.group($0)) }
        case ("apis", 3) where !path[1].isEmpty:
            GroupDocuments.resources(of: catalog, group: path[1], version: path[2]).map(Document.init)
        case ("openapi", _): OpenAPI.respond(path: path.dropFirst(), accept: accept, catalog: catalog)
        default: nil
        }
    }

    /// Whether a path is the index of OpenAPI 3.
    ///
    /// - Parameter path: the path's segments, unescaped.
    /// - Returns: true for `/openapi/v3` alone.
    public static func isIndex(_ path: [String]) -> Bool { path == ["openapi", "v3"] }

    /// The paths of the documents that the index of OpenAPI 3 names.
    ///
    /// - Parameter catalog: the kinds that are served.
    /// - Returns: each path's segments.
    public static func indexed(of catalog: KindCatalog) -> [[String]] {
        OpenAPIv3.paths(of: catalog).map { ["openapi", "v3"] + $0.split(separator: "/").map(String.init) }
    }

    /// The index of OpenAPI 3.
    ///
    /// - Parameter documents: the paths of the documents, and a hash of each, which changes with it.
    /// - Returns: the index; clients keep a document for as long as its hash is the same.
    public static func index(_ documents: [(path: [String], hash: String)]) -> Document {
        Document(
            json: OpenAPIv3.index(
                documents.map { ($0.path.dropFirst(2).joined(separator: "/"), Optional($0.hash)) }))
    }

    /// Which of a path's forms a caller wants: the same path, form and catalog give the same document.
    ///
    /// - Parameters:
    ///   - path: the path's segments, unescaped.
    ///   - accept: the value of `Accept`; nil when there is none.
    /// - Returns: a name for the form; empty where there is but one, and for the usual one.
    public static func form(path: [String], accept: String?) -> String {
        switch (path.first, path.count) {
        case ("api", 1), ("apis", 1): aggregatedVersion(accept) ?? ""
        case ("openapi", 2) where path[1] == "v2": OpenAPI.wantsProtobuf(accept) ? "protobuf" : ""
        default: ""
        }
    }

    /// The aggregated form, if the caller wants it more than any other JSON.
    private static func aggregated(_ accept: String?, _ groups: [APIGroup]) -> Document? {
        aggregatedVersion(accept).map { version in
            Document(
                contentType: "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList",
                bytes: AggregatedDocument.list(groups, version: version).json)
        }
    }

    /// The version of the aggregated form that the caller wants; nil for the plain form.
    private static func aggregatedVersion(_ accept: String?) -> String? {
        for wish in MediaType.accepted(accept ?? "") where wish.covers("application", "json") {
            guard let form = wish.parameters["as"] else { return nil }
            guard form == "APIGroupDiscoveryList", wish.parameters["g"] == "apidiscovery.k8s.io",
                let version = wish.parameters["v"], version == "v2" || version == "v2beta1"
            else { continue }
            return version
        }
        return nil
    }
}
