internal import Beehive

/// Requests that were answered, by method and status.
public final class RequestCounts: Sendable {
    /// What is counted apart.
    public struct Label: Hashable, Sendable, Comparable {
        /// The method; unknown ones are `other`.
        public let verb: String
        /// The status code.
        public let code: Int

        /// Orders by verb, then by code.
        public static func < (left: Label, right: Label) -> Bool {
            (left.verb, left.code) < (right.verb, right.code)
        }
    }

    private static let verbs: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// The connections of the local API.
    public struct Connections: Hashable, Sendable {
        /// Open now.
        public internal(set) var open = 0
        /// Turned away because there were too many, or the server was stopping.
        public internal(set) var refused: UInt64 = 0
    }

    private let counts = Lock<[Label: UInt64]>([:])
    private let connected = Lock(Connections())

    /// Makes counts of zero.
    public init() {}

    /// Counts one answer.
    func count(method: String?, status: Int) {
        let verb = method.flatMap { Self.verbs.contains($0) ? $0 : nil } ?? "other"
        counts.withLock { $0[Label(verb: verb, code: status), default: 0] += 1 }
    }

    func connected(_ change: (inout Connections) -> Void) { connected.withLock { change(&$0) } }

    /// The connections, now.
    public var connections: Connections { connected.withLock { $0 } }

    /// The counts, now.
    public var values: [Label: UInt64] { counts.withLock { $0 } }
}
