public import Beehive

/// What the node sent, frame by frame.
public struct ReceivedFrame: Sendable, CustomStringConvertible {
    /// Its place among all frames that came, from 0.
    public let number: Int
    /// The connection that it came on, from 1.
    public let connection: Int
    /// When it came, in nanoseconds of the monotonic clock.
    public let ticks: UInt64
    /// The bytes of its payload.
    public let bytes: Bytes
    /// What it is.
    public let event: FakeCloudEvent

    /// The message, if it is one.
    public var message: Message? {
        if case .message(let message) = event { return message }
        return nil
    }

    /// What it is in short, without any body.
    public var description: String {
        switch event {
        case .hello(let node): "hello \(node)"
        case .ping(let word): "ping \(word)"
        case .pong(let word): "pong \(word)"
        case .garbage: "garbage of \(bytes.count) bytes"
        case .message(let message):
            "\(message.route.operation) \(message.route.resource) from \(message.route.source)"
                + (message.header.parentID.isEmpty ? "" : " to \(message.header.parentID)")
        }
    }
}

/// What a frame of the node says.
public enum FakeCloudEvent: Sendable {
    /// The upgrade: the node's name.
    case hello(String)
    /// A message.
    case message(Message)
    /// A ping and its number.
    case ping(String)
    /// A pong and its number.
    case pong(String)
    /// Nothing that a node should send.
    case garbage

    init(reading text: Bytes) {
        // What is no message is kept as what it is: tests look for it.
        self = (try? MessageDecoder().decode(text)).map { .message($0) } ?? .garbage
    }
}

/// Why a wait for the node came to nothing.
public struct FakeCloudError: Error, Sendable, CustomStringConvertible {
    /// What was waited for, and what came instead.
    public let description: String
}
