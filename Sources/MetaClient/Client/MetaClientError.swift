/// Why something that was asked of MetaManager did not come.
///
/// Names the thing, the cause and the cure; never what an object holds.
public struct MetaClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case unreachable, broken, timeout, malformed, tooLarge, invalid, forbidden, notFound, conflict, expired,
                unavailable, refused
        }

        private let kind: Kind

        /// The word for it.
        public var description: String { kind.rawValue }

        /// Nobody serves the socket, or it may not be opened.
        public static let unreachable = Code(kind: .unreachable)
        /// The connection broke before the answer was whole.
        public static let broken = Code(kind: .broken)
        /// No answer came in time; whether a write was done is not known.
        public static let timeout = Code(kind: .timeout)
        /// What came is no answer of this API.
        public static let malformed = Code(kind: .malformed)
        /// More came than the client takes: see `MetaClient/Options`.
        public static let tooLarge = Code(kind: .tooLarge)
        /// What was asked makes no sense: a name, a selector, an object that is not valid.
        public static let invalid = Code(kind: .invalid)
        /// The caller may not do this.
        public static let forbidden = Code(kind: .forbidden)
        /// There is no such object or kind.
        public static let notFound = Code(kind: .notFound)
        /// Somebody else wrote first, or there is such an object already: read it again.
        public static let conflict = Code(kind: .conflict)
        /// The version asked for is not kept any more.
        public static let expired = Code(kind: .expired)
        /// Not now: the cloud cannot be asked, too many ask, or the daemon is stopping; try again later.
        public static let unavailable = Code(kind: .unavailable)
        /// Refused for another reason.
        public static let refused = Code(kind: .refused)
    }

    /// The kind of failure.
    public let code: Code
    /// One line that names what failed and why.
    public let description: String
    /// Kubernetes' word for it, such as `AlreadyExists`; empty when the daemon gave none.
    public let reason: String
    /// When to try again at the earliest; nil without advice.
    public let retryAfter: Duration?
    /// Whether the daemon has named the object that it speaks of.
    let namesObject: Bool

    init(
        _ code: Code, _ description: String, reason: String = "", retryAfter: Duration? = nil, namesObject: Bool = false
    ) {
        self.code = code
        self.description = description
        self.reason = reason
        self.retryAfter = retryAfter
        self.namesObject = namesObject
    }

    /// Whether the same may do later what it did not do now.
    var passes: Bool { [.unreachable, .broken, .timeout, .unavailable].contains(code) }
}
