public import Beehive

/// One thing that went over a node's connection, or happened to it.
public struct CloudCoreFrame: Sendable, CustomStringConvertible {
    /// Which way it went.
    public enum Direction: String, Sendable {
        /// From the edge.
        case up
        /// To the edge.
        case down
    }

    /// What it was.
    public enum Event: Sendable {
        /// The node's session began.
        case connected
        /// The connection ended.
        case disconnected
        /// A message.
        case message(Message)
        /// A websocket ping.
        case ping
        /// A websocket pong.
        case pong
        /// A websocket close frame.
        case close
        /// What is no message.
        case garbage
    }

    /// Its place among all that was recorded, from 0; grows by one.
    public let number: Int
    /// The node's name.
    public let node: String
    /// The node's connection, from 1.
    public let connection: Int
    /// Which way it went.
    public let direction: Direction
    /// When, in nanoseconds of the monotonic clock.
    public let ticks: UInt64
    /// What it was.
    public let event: Event
    /// The payload, fragments joined; of `connected` the certificate that the node showed, as DER.
    public let bytes: Bytes

    /// The message, if it is one.
    public var message: Message? {
        if case .message(let message) = event { return message }
        return nil
    }

    /// True for a message of the edge that is neither a keepalive nor an answer.
    public var isRequest: Bool {
        guard direction == .up, let operation = message?.route.operation else { return false }
        return operation != .keepalive && !operation.isAnswer
    }

    /// True for an ack of a message.
    ///
    /// - Parameter id: the message's id.
    /// - Returns: whether this acks it.
    public func isAck(of id: String) -> Bool {
        direction == .up && message?.route.operation == .response && message?.header.parentID == id
    }

    /// What it is in short, without any body.
    public var description: String {
        let what =
            switch event {
            case .connected: "connected"
            case .disconnected: "disconnected"
            case .message(let message):
                "\(message.route.operation) \(message.route.resource)"
                    + (message.header.parentID.isEmpty ? "" : " to \(message.header.parentID)")
            case .ping: "ping"
            case .pong: "pong"
            case .close: "close"
            case .garbage: "garbage of \(bytes.count) bytes"
            }
        return "\(node)#\(connection) \(direction.rawValue) \(what)"
    }
}

/// What a cloud counted since its start.
public struct CloudCoreCounters: Sendable, Equatable {
    /// Messages from nodes, keepalives and acks among them.
    public var framesUp = 0
    /// Messages to nodes.
    public var framesDown = 0
    /// Their payload.
    public var bytesUp = 0
    /// Their payload.
    public var bytesDown = 0
    /// Acks of messages that waited for one.
    public var acks = 0
    /// Messages sent again.
    public var resends = 0
    /// Messages given up for a round.
    public var givenUp = 0
    /// Keepalives.
    public var keepalives = 0
    /// Sessions begun.
    public var sessions = 0
    /// Sessions ended for lack of keepalives.
    public var expired = 0
    /// Certificates signed for a token.
    public var enrollments = 0
    /// Certificates signed for a certificate.
    public var renewals = 0
    /// Messages that a fault kept from a node or from the cloud.
    public var dropped = 0
}

/// How long a node took to ack a message.
public struct AckLatency: Sendable {
    /// The node's name.
    public let node: String
    /// The message's id.
    public let id: String
    /// What it was about.
    public let resource: String
    /// From its first sending to the ack, in nanoseconds.
    public let nanoseconds: UInt64
    /// How often it was sent.
    public let sendings: Int
}
