public import Beehive

/// What the cloud answers to an application.
public struct ApplicationAnswer: Hashable, Sendable {
    /// How far it got.
    public enum Status: String, Sendable, CaseIterable {
        /// It has not left the node.
        case preApplying = "PreApplying"
        /// It is on its way.
        case inApplying = "InApplying"
        /// The cloud works on it.
        case inProcessing = "InProcessing"
        /// It was done.
        case approved = "Approved"
        /// The cluster has refused it.
        case rejected = "Rejected"
        /// The cloud could not ask the cluster.
        case failed = "Failed"
        /// It is over; nobody waits for it any more.
        case completed = "Completed"
    }

    /// The application's name.
    public var id: String
    /// How far it got.
    public var status: Status
    /// Text of the cloud, when it failed before the API server was asked.
    public var reason: String
    /// The JSON of the answer; nil when there is none, as of a watch.
    public var body: Bytes?
    /// What the API server refused it with; nil when it did not.
    public var failure: APIFailure?

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - id: the application's name.
    ///   - status: how far it got.
    ///   - reason: text of the cloud.
    ///   - body: the JSON of the answer.
    ///   - failure: what the API server refused it with.
    public init(id: String, status: Status, reason: String = "", body: Bytes? = nil, failure: APIFailure? = nil) {
        self.id = id
        self.status = status
        self.reason = reason
        self.body = body
        self.failure = failure
    }

    /// Reads the answer that a message carries; nil when it is no application, or its body no base 64.
    ///
    /// - Parameter content: the message's content, or one value of the map that answers `watchapp/sync`.
    public init?(content: JSONValue) {
        guard let id = content["ID"]?.text, let status = content["Status"]?.text.flatMap(Status.init),
            let body = Application.decoded(content["RespBody"])
        else { return nil }
        self.init(
            id: id, status: status, reason: content["Reason"]?.text ?? "", body: body,
            failure: (content["Error"]?["ErrStatus"]).flatMap(APIFailure.init(status:)))
    }

    /// What the message to the node carries, as the cloud writes it.
    ///
    /// - Parameters:
    ///   - application: what is answered.
    ///   - node: the node's name.
    /// - Returns: the application as a whole, with the answer in its places.
    public func content(to application: Application, node: String) -> JSONValue {
        var content = application.content(node: node)
        content["RespBody"] = Application.encoded(body)
        content["Status"] = JSONValue(text: status.rawValue)
        content["Reason"] = JSONValue(text: reason)
        if let failure { content["Error"] = ["ErrStatus": failure.status] }
        return content
    }
}

extension APIFailure {
    /// Reads a refusal from a `Status` object; nil when it is a success, or empty as where nothing was refused.
    ///
    /// - Parameter status: the object.
    public init?(status: JSONValue) {
        let reason = status["reason"]?.text ?? ""
        let message = status["message"]?.text ?? ""
        let code = status["code"]?.integer ?? 0
        let isFailure = status["status"]?.text == "Failure" || code >= 400 || !reason.isEmpty
        guard isFailure, status["status"]?.text != "Success" else { return nil }
        self.init(
            (400...599).contains(code) ? code : 500, reason: reason.isEmpty ? "Unknown" : reason, message,
            details: status["details"], retryAfter: status["details"]?["retryAfterSeconds"]?.integer)
    }
}
