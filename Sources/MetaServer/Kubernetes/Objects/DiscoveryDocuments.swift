internal import Beehive
internal import KubeAPI

/// Discovery's documents, made once for each catalog and shared by all who ask: they need no token, and a large cluster's
/// take seconds and megabytes. An actor, so that of many who ask at once only one has a document made.
actor DiscoveryDocuments {
    /// A document, and what tells it from others of its path.
    struct Made: Sendable {
        let document: Discovery.Document
        let hash: String
    }

    private struct Key: Hashable {
        let path: [String]
        let form: String
    }

    private struct Kept {
        let made: Made
        var lastUse: Int
    }

    /// The most bytes that are kept beside the newest document.
    private let limit: Int
    private var kept: [Key: Kept] = [:]
    private var bytes = 0
    private var uses = 0
    /// The number of the catalog that the documents were made of.
    private var number = 0
    /// How many documents were made.
    private(set) var madeCount = 0
    /// Callers without a token who are sent large answers: one who takes nothing keeps a connection and the document
    /// alive, also when a newer one has taken its place.
    private let callers = Places(anonymousLimit)

    /// The most of them at a time.
    static let anonymousLimit = 32

    init(limit: Int = 32 << 20) { self.limit = limit }

    /// Answers a GET of a discovery path.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - catalog: the kinds that are served.
    /// - Returns: nil when there is nothing at the path.
    func respond(to request: APIRequest, _ catalog: CatalogKeeper.Numbered) -> APIResponse? {
        guard let made = made(path: request.target.segments, accept: request.header("Accept"), of: catalog) else {
            return nil
        }
        var headers = [(name: "ETag", value: "\"\(made.hash)\""), (name: "Vary", value: "Accept")]
        let type = made.document.contentType
        let path = request.target.segments
        if path.count > 2, path.starts(with: ["openapi", "v3"]), let hash = request.target.filled("hash") {
            guard hash == made.hash else {
                // Whoever asks by an old hash is shown the new one, so that nothing is kept under a wrong name.
                let place = "/" + path.map(RequestTarget.escape).joined(separator: "/") + "?hash=\(made.hash)"
                return APIResponse(
                    status: 301, type: type, headers: [("Location", place)] + headers, body: .bytes([]))
            }
            headers.append(("Cache-Control", "public, max-age=31536000, immutable"))
        }
        if isKnown(made, to: request) {
            return APIResponse(status: 304, type: type, headers: headers, body: .bytes([]))
        }
        var response = APIResponse(type: type, headers: headers, body: .bytes(made.document.bytes))
        if request.caller == .anonymous, made.document.bytes.count > SharedBytes.step {
            guard let lease = callers.take() else {
                return APIResponse(
                    APIFailure(
                        429, reason: "TooManyRequests",
                        "as many callers without a token are sent large documents as may; send a token, or try again",
                        retryAfter: 1))
            }
            response.lease = lease
        }
        return response
    }

    /// Whether the client has the document already.
    private func isKnown(_ made: Made, to request: APIRequest) -> Bool {
        let tags = (request.header("If-None-Match") ?? "").split(separator: ",")
        return tags.prefix(16).contains { tag in
            let word = tag.drop { $0 == " " }
            return (word.hasPrefix("W/") ? word.dropFirst(2) : word).filter { $0 != " " } == "\"\(made.hash)\""
        }
    }

    /// The document of a path; nil when there is none.
    func made(path: [String], accept: String?, of catalog: CatalogKeeper.Numbered) -> Made? {
        if catalog.number > number {
            number = catalog.number
            (kept, bytes) = ([:], 0)
        }
        uses += 1
        let key = Key(path: path, form: Discovery.form(path: path, accept: accept))
        if catalog.number == number, let known = kept[key]?.made {
            kept[key]?.lastUse = uses
            return known
        }
        guard let document = document(path: path, accept: accept, of: catalog) else { return nil }
        let made = Made(document: document, hash: Self.hash(document.bytes))
        madeCount += 1
        // Somebody who looked before the catalog changed gets what was, and nobody else.
        guard catalog.number == number else { return made }
        kept[key] = Kept(made: made, lastUse: uses)
        bytes += document.bytes.count
        while bytes > limit, kept.count > 1, let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            bytes -= oldest.value.made.document.bytes.count
            kept[oldest.key] = nil
        }
        return made
    }

    private func document(path: [String], accept: String?, of catalog: CatalogKeeper.Numbered) -> Discovery.Document? {
        guard Discovery.isIndex(path) else {
            return Discovery.respond(
                path: path, accept: accept, catalog: catalog.catalog, version: catalog.cloudVersion)
        }
        // Who asks for the index asks for most of the documents next.
        return Discovery.index(
            Discovery.indexed(of: catalog.catalog).compactMap { path in
                made(path: path, accept: nil, of: catalog).map { (path, $0.hash) }
            })
    }

    /// A word that changes with the bytes (FNV-1a).
    private static func hash(_ bytes: Bytes) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
