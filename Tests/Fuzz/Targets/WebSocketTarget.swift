internal import Beehive
internal import EdgeHub
internal import NIOCore

/// The stream of the cloud's websocket.
enum WebSocketTarget {
    private static let limit = 1024

    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let pieces = Pieces(bytes)
        let whole = try read([pieces.stream])
        let cut = try read(pieces.all)
        try expect(cut == whole, "what is read does not depend on how the stream is cut")
        let size = whole.reduce(0) { $0 + $1.count }
        try expect(size <= pieces.stream.count, "nothing is read that did not come")
        try checkWriter(pieces)
    }

    /// Each event as bytes, its kind in front; a fault is the last.
    private static func read(_ pieces: [Bytes]) throws -> [[UInt8]] {
        var reader = WebSocketReader(limit: limit)
        var buffer = ByteBuffer()
        var events: [[UInt8]] = []
        for piece in pieces {
            buffer.writeBytes(piece)
            do {
                while let event = try reader.next(&buffer) { events.append(try summary(event)) }
            } catch is WebSocketFault {
                events.append([9])
                return events
            }
        }
        return events
    }

    private static func summary(_ event: WebSocketEvent) throws -> [UInt8] {
        switch event {
        case .message(let message):
            try expect(message.count <= limit, "no message over the limit is taken")
            return [1] + message
        case .oversize(let frame):
            try expect(frame.byteCount > limit, "no message within the limit is thrown away")
            try expect(frame.prefix.count <= OversizeFrame.prefixLimit, "of an oversize message the start is kept")
            if let ack = frame.ack(id: "a", at: 1) {
                let written = MessageEncoder.encode(ack)
                try expect((try? MessageDecoder().decode(written[...])) != nil, "its acknowledgement is a message")
            }
            return [2, UInt8(truncatingIfNeeded: frame.byteCount)]
        case .ping(let payload): return [3] + payload
        case .pong(let payload): return [4] + payload
        case .close(let code, _): return code == nil ? [5] : [6]
        }
    }

    /// What the client writes says the same once it is unmasked.
    private static func checkWriter(_ pieces: Pieces) throws {
        var buffer = ByteBuffer()
        let mask: UInt32 = 0x1234_5678 ^ UInt32(pieces.stream.count)
        WebSocketWriter.append(.text, pieces.stream, mask: mask, to: &buffer)
        let head = pieces.stream.count <= 125 ? 2 : pieces.stream.count <= 0xFFFF ? 4 : 10
        try expect(buffer.readableBytes == head + 4 + pieces.stream.count, "a frame has a head, a mask and a payload")
        for (index, byte) in buffer.readableBytesView.dropFirst(head + 4).enumerated() {
            let key = UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32(index & 3)))
            try expect(byte ^ key == pieces.stream[pieces.stream.startIndex + index], "the payload is masked")
        }
    }
}
