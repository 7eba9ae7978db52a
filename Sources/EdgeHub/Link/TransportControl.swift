internal import Beehive

/// The control frames of KubeEdge's transport library, which are answered by the link itself (the protocol page, section 4).
enum TransportControl {
    private static let operations: Set<Operation> = ["config", "ping", "pong"]

    /// The answer to a control frame.
    ///
    /// - Parameters:
    ///   - message: a frame of the cloud.
    ///   - id: makes the answer's id.
    ///   - now: the wall clock, in milliseconds since 1970.
    /// - Returns: nil for every other frame.
    static func answer(to message: Message, id: () -> String, at now: Int64) -> Message? {
        guard operations.contains(message.route.operation) else { return nil }
        var route = message.route
        route.operation = .response
        return Message(
            header: Header(id: id(), parentID: message.id, timestamp: now), route: route, content: Content(text: "ack"))
    }
}
