public import Beehive

/// A line that the node sent.
public struct ReceivedFrame: Sendable, CustomStringConvertible {
    /// Its place among all lines that came, from 0.
    public let number: Int
    /// The connection that it came on, from 1.
    public let connection: Int
    /// When it came, in nanoseconds of the monotonic clock.
    public let ticks: UInt64
    /// The bytes, without the end of the line.
    public let line: Bytes
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
        case .garbage: "garbage of \(line.count) bytes"
        case .message(let message):
            "\(message.route.operation) \(message.route.resource) from \(message.route.source)"
                + (message.header.parentID.isEmpty ? "" : " to \(message.header.parentID)")
        }
    }
}

/// What a line of the node says.
public enum FakeCloudEvent: Sendable {
    /// The first line: the node's name.
    case hello(String)
    /// A message.
    case message(Message)
    /// A ping and its number.
    case ping(String)
    /// A pong and its number.
    case pong(String)
    /// Nothing that a node should send.
    case garbage

    init(reading line: Bytes) {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        if words.count == 2, line.first != UInt8(ascii: "{") {
            let rest = String(decoding: words[1], as: UTF8.self)
            switch String(decoding: words[0], as: UTF8.self) {
            case "hello": self = .hello(rest)
            case "ping": self = .ping(rest)
            case "pong": self = .pong(rest)
            default: self = .garbage
            }
        } else if let message = try? MessageDecoder().decode(line) {
            self = .message(message)
        } else {
            self = .garbage
        }
    }
}

/// Why a wait for the node came to nothing.
public struct FakeCloudError: Error, Sendable, CustomStringConvertible {
    /// What was waited for, and what came instead.
    public let description: String
}
