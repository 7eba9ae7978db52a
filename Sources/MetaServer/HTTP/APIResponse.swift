public import Beehive
public import KubeAPI

/// An answer of the local API.
public struct APIResponse: Sendable {
    /// What is sent behind the head.
    public enum Body: Sendable {
        /// Bytes that are there.
        case bytes(Bytes)
        /// Bytes that come over time, as long as the client stays.
        case stream(any ChunkSource)
    }

    /// The status code.
    public var status: Int
    /// Headers beside those that the connection adds (length, connection).
    public var headers: [(name: String, value: String)]
    /// What is sent behind the head.
    public var body: Body
    /// Held until the answer is sent, or its connection gone; nil for what costs nothing to send.
    package var lease: (any AnyObject & Sendable)?

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - status: the status code.
    ///   - type: the media type of the body.
    ///   - headers: further headers.
    ///   - body: what is sent behind the head.
    public init(status: Int = 200, type: String, headers: [(name: String, value: String)] = [], body: Body) {
        self.status = status
        self.headers = [("Content-Type", type)] + headers
        self.body = body
    }

    /// An answer in plain text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - status: the status code.
    ///   - type: the media type.
    /// - Returns: the answer.
    public static func text(
        _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
    ) -> APIResponse {
        APIResponse(status: status, type: type, body: .bytes(Bytes(text.utf8)))
    }

    /// An answer in JSON.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - status: the status code.
    /// - Returns: the answer.
    public static func json(_ value: JSONValue, status: Int = 200) -> APIResponse {
        APIResponse(status: status, type: "application/json", body: .bytes(value.json))
    }

    /// A failure, as Kubernetes' `Status` object.
    ///
    /// - Parameters:
    ///   - status: the status code.
    ///   - reason: Kubernetes' word for it.
    ///   - message: one line that names the thing, the cause, the cure.
    ///   - headers: further headers.
    /// - Returns: the answer.
    public static func failure(
        _ status: Int, reason: String, _ message: String, headers: [(name: String, value: String)] = []
    ) -> APIResponse {
        let value: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": JSONValue(text: message), "reason": JSONValue(text: reason), "code": JSONValue(integer: status),
        ]
        return APIResponse(status: status, type: "application/json", headers: headers, body: .bytes(value.json))
    }

    /// A refusal of the Kubernetes paths.
    ///
    /// `Retry-After` tells a moment, a second ahead, not a number of seconds. By a number clients wait before they show
    /// the cause: those made with client-go ten times over, also for writes, Python's three times. client-go does not
    /// read moments, and Python waits three seconds in all. The number stands in the `Status`, for whoever looks for it.
    /// Behind a 504 nothing is advised: whether a write was done is not known, and nobody should repeat it unseen.
    ///
    /// - Parameter failure: the refusal.
    public init(_ failure: APIFailure) {
        var headers: [(name: String, value: String)] = []
        if failure.retryAfter != nil, failure.code == 429 || failure.code == 503 {
            headers.append(("Retry-After", HTTPDate.text(SystemTime().now().wall + 1000)))
        }
        self.init(
            status: failure.code, type: "application/json", headers: headers, body: .bytes(failure.status.json))
    }
}

/// One step of a streamed answer.
public enum Chunk: Sendable {
    /// Bytes to send.
    case bytes([UInt8])
    /// Nothing yet.
    case wait
    /// Nothing more.
    case end
    /// What is missing cannot be given: the connection ends, so that nobody takes the answer for whole.
    case broken
}

/// Where a streamed answer is taken from, as fast as the client takes it.
///
/// The source keeps its own bound: what the client does not take stays inside it, and it decides what then happens.
public protocol ChunkSource: AnyObject, Sendable {
    /// The next step; never blocks.
    func next() -> Chunk

    /// Calls back once when `next` has something to give; at once if it has now.
    ///
    /// - Parameter callback: called from any thread.
    func whenReadable(_ callback: @escaping @Sendable () -> Void)

    /// The client is gone, or the server ends.
    func cancel()
}
