import Beehive
import NIOCore
import Testing

@testable import EdgeHub

/// The websocket's bytes, without any socket.
@Suite("WebSocket frames")
struct WebSocketTests {
    /// A server's frame: unmasked, its length in the form that fits or in a longer one.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, form: Int = 0) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | opcode
        let count = payload.count
        switch max(form, count < 126 ? 0 : count < 65_536 ? 1 : 2) {
        case 0: return [first, UInt8(count)] + payload
        case 1: return [first, 126, UInt8(count >> 8), UInt8(count & 0xFF)] + payload
        default: return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) } + payload
        }
    }

    /// What comes out of bytes that arrive in pieces.
    static func events(_ bytes: [UInt8], limit: Int, pieces: () -> Int) throws -> [String] {
        var reader = WebSocketReader(limit: limit)
        var buffer = ByteBuffer()
        var events: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(max(1, pieces()))
            rest = rest.dropFirst(piece.count)
            buffer.writeBytes(piece)
            while let event = try reader.next(&buffer) { events.append(text(event)) }
        }
        #expect(buffer.readableBytes == 0)
        return events
    }

    static func text(_ event: WebSocketEvent) -> String {
        switch event {
        case .message(let bytes): "message \(Array(bytes))"
        case .oversize(let frame): "oversize \(frame.byteCount) \(frame.prefix)"
        case .ping(let payload): "ping \(payload)"
        case .pong(let payload): "pong \(payload)"
        case .close(let code, let reason): "close \(code ?? 0) \(reason)"
        }
    }

    struct Numbers {
        var state: UInt64
        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
    }

    @Test("however the bytes are cut, the same events come", arguments: [1, 2, 3, 4, 5, 6])
    func chopping(seed: UInt64) throws {
        var numbers = Numbers(state: seed)
        let limit = 70_000
        var bytes: [UInt8] = []
        var expected: [String] = []
        for _ in 0..<12 {
            let size = [0, 1, 125, 126, 4082, 65_535, 65_536, limit, limit + 1, 100_000][numbers.below(10)]
            let payload = (0..<size).map { _ in UInt8(truncatingIfNeeded: numbers.below(256)) }
            var rest = payload[...]
            var opcode: UInt8 = numbers.below(2) == 0 ? 1 : 2
            for _ in 0..<numbers.below(4) {
                let part = rest.prefix(numbers.below(rest.count + 1))
                rest = rest.dropFirst(part.count)
                bytes += Self.frame(opcode, Array(part), isFinal: false, form: numbers.below(3))
                opcode = 0
                guard numbers.below(3) == 0 else { continue }
                // Control frames may stand between the fragments of a message.
                let control = [UInt8](repeating: 7, count: numbers.below(126))
                let isPing = numbers.below(2) == 0
                bytes += Self.frame(isPing ? 9 : 10, control)
                expected.append("\(isPing ? "ping" : "pong") \(control)")
            }
            bytes += Self.frame(opcode, Array(rest), form: numbers.below(3))
            expected.append(
                size > limit
                    ? "oversize \(size) \(Array(payload.prefix(OversizeFrame.prefixLimit)))" : "message \(payload)")
        }
        bytes += Self.frame(8, [3, 232] + Array("bye".utf8))
        expected.append("close 1000 bye")
        let whole = try Self.events(bytes, limit: limit) { bytes.count }
        #expect(whole == expected, "seed \(seed), whole")
        let cut = try Self.events(bytes, limit: limit) { numbers.below(9000) }
        #expect(cut == expected, "seed \(seed), cut")
        let single = try Self.events(bytes, limit: limit) { numbers.below(3) }
        #expect(single == expected, "seed \(seed), nearly single bytes")
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let says: String
        var testDescription: String { name }
    }

    static let bad = [
        Bad(name: "reserved bits", bytes: [0xC1, 0], says: "reserved bits"),
        Bad(name: "an unknown kind", bytes: [0x83, 0], says: "unknown kind 3"),
        Bad(name: "an unknown control kind", bytes: [0x8B, 0], says: "unknown kind 11"),
        Bad(name: "a masked frame", bytes: [0x81, 0x81, 0, 0, 0, 0, 1], says: "masked"),
        Bad(name: "a length beyond all", bytes: [0x81, 127] + [UInt8](repeating: 255, count: 8), says: "2^63"),
        Bad(name: "a ping that is cut", bytes: [0x09, 0], says: "control frame"),
        Bad(name: "a ping of 126 bytes", bytes: [0x89, 126, 0, 126], says: "control frame"),
        Bad(name: "a continuation of nothing", bytes: [0x80, 0], says: "continuation of no message"),
        Bad(name: "a message within another", bytes: [0x01, 0, 0x81, 0], says: "in the middle of another"),
        Bad(name: "HTTP", bytes: Array("HTTP/1.1 200 OK\r\n".utf8), says: "reserved bits"),
    ]

    @Test("what is no websocket is told apart, also byte by byte", arguments: bad, [1, 1000])
    func fault(row: Bad, piece: Int) {
        let fault = #expect(throws: WebSocketFault.self) { try Self.events(row.bytes, limit: 100) { piece } }
        #expect(fault?.description.contains(row.says) == true)
    }

    /// Reads a client's frame by the letter of RFC 6455, section 5.2, and by nothing of the program's.
    static func decode(_ bytes: [UInt8]) throws -> (opcode: UInt8, payload: [UInt8]) {
        try #require(bytes.count >= 6 && bytes[0] & 0xF0 == 0x80 && bytes[1] & 0x80 == 0x80)
        var start = 2
        var length = Int(bytes[1] & 0x7F)
        if length >= 126 {
            let size = length == 126 ? 2 : 8
            length = bytes[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
            start += size
            // The shortest form that holds the length.
            #expect(length > (size == 2 ? 125 : 65_535))
        }
        let key = Array(bytes[start..<start + 4])
        try #require(bytes.count == start + 4 + length)
        return (bytes[0] & 0x0F, bytes[(start + 4)...].enumerated().map { $0.element ^ key[$0.offset % 4] })
    }

    @Test(
        "a frame that is written is what an independent reader reads",
        arguments: [0, 1, 3, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 1_000_003], [0, 1, 0xDEAD_BEEF] as [UInt32])
    func writing(count: Int, mask: UInt32) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        var buffer = ByteBuffer()
        WebSocketWriter.append(.text, payload[...], mask: mask, to: &buffer)
        #expect(buffer.readableBytes <= count + WebSocketWriter.overhead)
        let read = try Self.decode(Array(buffer.readableBytesView))
        #expect(read.opcode == 1 && read.payload == payload)
        if count > 8, mask != 0 { #expect(!Array(buffer.readableBytesView).suffix(count).elementsEqual(payload)) }
    }
}
