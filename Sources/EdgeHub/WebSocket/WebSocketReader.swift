internal import Beehive
package import NIOCore

/// Puts the messages of a server's websocket together out of a stream of bytes (RFC 6455).
///
/// Fragments are joined whatever their sizes, an empty last one included, since CloudCore cuts at its buffer's size. A
/// message over the limit is thrown away while it is read, not gathered first: it may be of any size.
package struct WebSocketReader {
    /// The largest message taken; may change at any time, also in the middle of one.
    package var limit: Int
    /// The frame whose payload is being read.
    private var frame: Frame?
    private var message: [UInt8] = []
    private var oversize: OversizeFrame?
    private var isInMessage = false
    private var control: [UInt8] = []

    private struct Frame {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        var remaining: UInt64
    }

    /// No more is set aside before bytes have come, whatever length a header claims.
    private static let trust = 1 << 20

    package init(limit: Int) { self.limit = limit }

    /// Takes the next event out of a buffer; nil when more bytes are needed, and then the buffer holds less than a header.
    package mutating func next(_ buffer: inout ByteBuffer) throws(WebSocketFault) -> WebSocketEvent? {
        while true {
            if frame == nil {
                guard let header = try Self.header(&buffer) else { return nil }
                try begin(header)
            }
            guard var current = frame else { return nil }
            take(&current, from: &buffer)
            guard current.remaining == 0 else {
                frame = current
                return nil
            }
            frame = nil
            if let event = end(current) { return event }
        }
    }

    /// Reads a header, if all of it has come.
    private static func header(_ buffer: inout ByteBuffer) throws(WebSocketFault) -> Frame? {
        let start = buffer.readerIndex
        guard let two: UInt16 = buffer.getInteger(at: start) else { return nil }
        let (first, second) = (UInt8(two >> 8), UInt8(two & 0xFF))
        guard first & 0x70 == 0 else { throw WebSocketFault("a frame with reserved bits, but no extension was agreed") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw WebSocketFault("a frame of the unknown kind \(first & 0x0F)")
        }
        guard second & 0x80 == 0 else { throw WebSocketFault("a masked frame, which only clients send") }
        let length: UInt64
        let size: Int
        switch second & 0x7F {
        case 126:
            guard let short: UInt16 = buffer.getInteger(at: start + 2) else { return nil }
            (length, size) = (UInt64(short), 4)
        case 127:
            guard let long: UInt64 = buffer.getInteger(at: start + 2) else { return nil }
            guard long < 1 << 63 else { throw WebSocketFault("a frame of more than 2^63 bytes") }
            (length, size) = (long, 10)
        case let tiny: (length, size) = (UInt64(tiny), 2)
        }
        buffer.moveReaderIndex(forwardBy: size)
        return Frame(opcode: opcode, isFinal: first & 0x80 != 0, remaining: length)
    }

    private mutating func begin(_ header: Frame) throws(WebSocketFault) {
        frame = header
        if header.opcode.isControl {
            guard header.isFinal, header.remaining <= 125 else {
                throw WebSocketFault("a control frame that is cut or longer than 125 bytes")
            }
            return
        }
        guard (header.opcode == .continuation) == isInMessage else {
            throw WebSocketFault(
                isInMessage ? "a new message in the middle of another" : "a continuation of no message")
        }
        isInMessage = true
        guard oversize == nil else { return }
        if header.remaining > UInt64(max(0, limit - message.count)) {
            var frame = OversizeFrame()
            frame.take(message)
            message = []
            oversize = frame
        } else if message.isEmpty {
            // Later fragments let it grow by doubling: to reserve for each would copy all that came before each time.
            message.reserveCapacity(min(Int(header.remaining), Self.trust))
        }
    }

    private mutating func take(_ frame: inout Frame, from buffer: inout ByteBuffer) {
        let count = Int(min(frame.remaining, UInt64(buffer.readableBytes)))
        guard count > 0 else { return }
        frame.remaining -= UInt64(count)
        let part = buffer.readableBytesView.prefix(count)
        if frame.opcode.isControl {
            control += part
        } else if oversize != nil {
            oversize?.take(part)
        } else {
            message += part
        }
        buffer.moveReaderIndex(forwardBy: count)
    }

    private mutating func end(_ frame: Frame) -> WebSocketEvent? {
        if frame.opcode.isControl {
            defer { control = [] }
            switch frame.opcode {
            case .ping: return .ping(control)
            case .pong: return .pong(control)
            default:
                let code = control.count >= 2 ? UInt16(control[0]) << 8 | UInt16(control[1]) : nil
                return .close(code: code, reason: String(decoding: control.dropFirst(2), as: UTF8.self))
            }
        }
        guard frame.isFinal else { return nil }
        defer {
            message = []
            oversize = nil
            isInMessage = false
        }
        if let oversize { return .oversize(oversize) }
        return .message(message[...])
    }
}
