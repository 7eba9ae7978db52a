/// What a request is about, roughly: what the requests of the local API are counted and timed by.
///
/// Found by the path's first words and the method alone, so whatever a client asks for falls into one of these.
package enum RouteClass: String, Sendable, CaseIterable {
    /// `/healthz`, `/livez`, `/readyz`.
    case health
    /// `/metrics`.
    case metrics
    /// The page for people.
    case console
    /// Versions, groups, kinds, OpenAPI.
    case discovery
    /// Objects that are read.
    case read
    /// Objects that are watched; the time is that to the first byte.
    case watch
    /// Objects that are written, and reviews of access.
    case write
    /// The command line's own paths.
    case report
    /// Anything else.
    case other

    /// The class of a request.
    ///
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - target: path and query as they came.
    ///   - isStream: whether the answer goes on as long as the client stays.
    init(method: String, target: String, isStream: Bool) {
        let path = target.prefix { $0 != "?" }
        let words = path.split(separator: "/", maxSplits: 6, omittingEmptySubsequences: true)
        guard let first = words.first else {
            self = .other
            return
        }
        switch first {
        case "healthz", "livez", "readyz": self = .health
        case "metrics": self = .metrics
        case "console": self = .console
        case "metamanager": self = .report
        case "openapi", "version": self = .discovery
        // `/api/v1`, `/apis/group/version`: what stands behind them is a kind.
        case "api" where words.count <= 2, "apis" where words.count <= 3: self = .discovery
        case "api", "apis": self = Self.object(method, isStream: isStream)
        default: self = .other
        }
    }

    private static func object(_ method: String, isStream: Bool) -> RouteClass {
        guard method == "GET" || method == "HEAD" else { return .write }
        return isStream ? .watch : .read
    }
}
