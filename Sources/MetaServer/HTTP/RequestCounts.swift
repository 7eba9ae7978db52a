internal import Beehive

/// Requests that were answered, by method and status, and by what they were about.
public final class RequestCounts: Sendable {
    /// What is counted apart.
    public struct Label: Hashable, Sendable, Comparable {
        /// The method; unknown ones are `other`.
        public let verb: String
        /// The status code; 0 for one that is not among the usual ones, which a cloud may send.
        public let code: Int

        /// Orders by verb, then by code.
        public static func < (left: Label, right: Label) -> Bool {
            (left.verb, left.code) < (right.verb, right.code)
        }
    }

    /// A class of requests and what they were answered with.
    struct RouteLabel: Hashable, Sendable {
        let route: RouteClass
        let code: Int
    }

    /// Everything that is counted of requests.
    struct Values: Sendable {
        var methods: [Label: UInt64] = [:]
        var routes: [RouteLabel: UInt64] = [:]
        /// From the whole request to the head of its answer, in seconds; in the order of `RouteClass.allCases`.
        var seconds = RouteClass.allCases.map { _ in Histogram.seconds }
    }

    static let verbs = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    /// The codes that are counted apart.
    static let codes = [
        200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414,
        415, 416, 422, 423, 424, 428, 429, 431, 500, 501, 502, 503, 504, 505, 507,
    ]
    private static let knownCodes = Set(codes)
    private static let knownVerbs = Set(verbs)
    private static let places = Dictionary(
        uniqueKeysWithValues: RouteClass.allCases.enumerated().map { ($0.element, $0.offset) })

    /// The connections of the local API.
    public struct Connections: Hashable, Sendable {
        /// Open now.
        public internal(set) var open = 0
        /// Turned away because there were too many, or the server was stopping.
        public internal(set) var refused: UInt64 = 0
    }

    private let counts = Lock(Values())
    private let connected = Lock(Connections())

    /// Makes counts of zero.
    public init() {}

    /// Counts one answer.
    ///
    /// - Parameters:
    ///   - method: the method; nil when not even that came.
    ///   - status: the answer's status code.
    ///   - route: what the request was about.
    ///   - seconds: how long the answer took; nil for a request that was never whole.
    func count(method: String?, status: Int, route: RouteClass = .other, seconds: Double? = nil) {
        let verb = method.flatMap { Self.knownVerbs.contains($0) ? $0 : nil } ?? "other"
        let code = Self.knownCodes.contains(status) ? status : 0
        counts.withLock { values in
            values.methods[Label(verb: verb, code: code), default: 0] += 1
            values.routes[RouteLabel(route: route, code: code), default: 0] += 1
            if let seconds, let place = Self.places[route] { values.seconds[place].record(seconds) }
        }
    }

    func connected(_ change: (inout Connections) -> Void) { connected.withLock { change(&$0) } }

    /// The connections, now.
    public var connections: Connections { connected.withLock { $0 } }

    /// The counts by method and status, now.
    public var values: [Label: UInt64] { counts.withLock { $0.methods } }

    /// All counts, now.
    var all: Values { counts.withLock { $0 } }
}
