package import Beehive

/// What comes out of a websocket.
package enum WebSocketEvent {
    /// A whole message, put together from its frames.
    case message(Bytes)
    /// A message over the limit; its bytes were thrown away.
    case oversize(OversizeFrame)
    /// A ping, to be answered with the same bytes.
    case ping([UInt8])
    /// A pong, with the bytes of the ping it answers.
    case pong([UInt8])
    /// The peer ends the connection: its code and its words, if it gave any.
    case close(code: UInt16?, reason: String)
}

/// The kinds of frames (RFC 6455, section 5.2).
package enum WebSocketOpcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    package var isControl: Bool { rawValue >= 8 }
}

/// Bytes that are no websocket, or not one that a server speaks; the connection cannot go on.
package struct WebSocketFault: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
