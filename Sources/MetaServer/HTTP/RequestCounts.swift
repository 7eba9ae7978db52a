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
    private let counts = Lock<[Label: UInt64]>([:])

    /// Makes counts of zero.
    public init() {}

    /// Counts one answer.
    func count(method: String?, status: Int) {
        let verb = method.flatMap { Self.verbs.contains($0) ? $0 : nil } ?? "other"
        counts.withLock { $0[Label(verb: verb, code: status), default: 0] += 1 }
    }

    /// The counts, now.
    public var values: [Label: UInt64] { counts.withLock { $0 } }
}
