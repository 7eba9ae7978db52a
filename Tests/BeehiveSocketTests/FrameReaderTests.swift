import Beehive
import BeehiveSocket
import Testing

struct FrameReaderTests {
    static let bodies: [[UInt8]] = [Array("{}".utf8), [], Array(repeating: 7, count: 300), Array("beehv1rv".utf8)]
    static let stream = bodies.flatMap { SocketFraming.frame(body: $0) }

    private func frames(of chunks: [ArraySlice<UInt8>], limit: Int = 1000) -> [[UInt8]] {
        var reader = FrameReader(maximumBytes: limit)
        var out: [[UInt8]] = []
        for chunk in chunks {
            reader.append(chunk)
            while case .frame(let body) = reader.next() { out.append(Array(body)) }
        }
        return out
    }

    @Test func `a stream cut anywhere gives the same frames`() {
        for cut in 0...Self.stream.count {
            #expect(frames(of: [Self.stream[..<cut], Self.stream[cut...]]) == Self.bodies, "cut at \(cut)")
        }
        #expect(frames(of: Self.stream.indices.map { Self.stream[$0...$0] }) == Self.bodies)
    }

    @Test func `streams of any frames in any pieces come out whole`() {
        var seeds = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let seed: UInt64 = seeds.next()
            var random = Dice(state: seed)
            let bodies = (0..<random.roll(20)).map { _ in
                (0..<random.roll(2000)).map { UInt8(truncatingIfNeeded: $0) }
            }
            var rest = bodies.flatMap { SocketFraming.frame(body: $0) }[...]
            var chunks: [ArraySlice<UInt8>] = []
            while !rest.isEmpty {
                let size = random.roll(3000)
                chunks.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(frames(of: chunks, limit: 4000) == bodies, "seed \(seed)")
        }
    }

    @Test func `a length of four gigabytes holds nothing`() {
        let header = SocketFraming.magic + [0xFF, 0xFF, 0xFF, 0xFF]
        var small = FrameReader(maximumBytes: 16 << 20)
        small.append(header)
        #expect(small.next() == .fault(.tooLarge(length: 4_294_967_295, limit: 16 << 20)))
        #expect(small.pendingBytes == 0)
        var large = FrameReader(maximumBytes: .max)
        large.append(header)
        #expect(large.next() == .needsMore)
        #expect(large.pendingBytes == 12)
    }

    @Test(arguments: [(10, true), (11, false)])
    func `the limit is the largest body taken`(length: Int, isTaken: Bool) {
        var reader = FrameReader(maximumBytes: 10)
        reader.append(SocketFraming.frame(body: [UInt8](repeating: 1, count: length)))
        if case .frame = reader.next() { #expect(isTaken) } else { #expect(!isTaken) }
    }

    @Test(arguments: 0..<8)
    func `wrong magic is a fault at its first byte and for good`(offset: Int) {
        var bytes = Array(SocketFraming.frame(body: Array("{}".utf8))[...offset])
        bytes[offset] ^= 0x20
        var reader = FrameReader(maximumBytes: 100)
        reader.append(bytes)
        #expect(reader.next() == .fault(.wrongMagic))
        reader.append(SocketFraming.frame(body: []))
        #expect(reader.next() == .fault(.wrongMagic))
        #expect(reader.pendingBytes == 0)
    }

    @Test func `a message's frame says its length`() throws {
        var out: [UInt8] = [1, 2]
        let message = Message(
            header: Header(id: "a", timestamp: 1),
            route: Route(source: "lamp", group: .meta, operation: .update, resource: "default/pod/a"), content: .ok)
        #expect(SocketFraming.append(message, to: &out))
        #expect(Array(out.dropFirst(2)) == SocketFraming.frame(body: MessageEncoder.encode(message)))
    }
}

/// Numbers that a seed brings back.
struct Dice {
    var state: UInt64

    mutating func roll(_ sides: UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % sides) + 1
    }
}
