internal import Beehive
internal import KubeAPI

/// Discovery's documents, made once for each catalog and shared by all who ask: they need no token, and a large cluster's
/// take seconds and megabytes. An actor, so that of many who ask at once only one has a document made.
actor DiscoveryDocuments {
    /// A document, and what tells it from others of its path.
    struct Made: Sendable {
        let document: Discovery.Document
        let tag: String
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
    private let callers = AnonymousBound()

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
        let headers = [(name: "ETag", value: made.tag), (name: "Vary", value: "Accept")]
        let type = made.document.contentType
        if request.header("If-None-Match") == made.tag {
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
        guard let document = Discovery.respond(path: path, accept: accept, catalog: catalog.catalog) else { return nil }
        let made = Made(document: document, tag: Self.tag(document.bytes))
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

    /// A tag that changes with the bytes (FNV-1a).
    private static func tag(_ bytes: Bytes) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return "\"\(String(hash, radix: 16))\""
    }
}

/// How many callers without a token are sent large answers at the same time: one who takes nothing keeps a connection
/// and the document alive, also when a newer one has taken its place.
final class AnonymousBound: Sendable {
    /// One caller's place, given back when it is let go.
    private final class Lease: Sendable {
        private let bound: AnonymousBound

        init(_ bound: AnonymousBound) { self.bound = bound }

        deinit { bound.count.withLock { $0 -= 1 } }
    }

    /// The most at a time.
    static let limit = 32

    private let count = Lock(0)

    /// A place; nil when all are taken.
    func take() -> (any AnyObject & Sendable)? {
        let isFree = count.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        return isFree ? Lease(self) : nil
    }
}
