internal import Beehive
internal import BeehiveSocket

/// The stream of a module's socket.
enum FramingTarget {
    private static let limit = 2048

    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let pieces = Pieces(bytes)
        let whole = try read([pieces.stream])
        let cut = try read(pieces.all)
        try expect(whole.frames == cut.frames, "frames do not depend on how the stream is cut")
        try expect(whole.fault == cut.fault, "nor do faults")
        let written = whole.frames.flatMap { SocketFraming.frame(body: $0) }
        try expect(pieces.stream.starts(with: written), "the frames are what the stream holds")
        for frame in whole.frames {
            try expect(frame.count <= limit, "no frame over the limit is taken")
            guard let message = try? MessageDecoder().decode(frame) else { continue }
            var out: [UInt8] = []
            try expect(SocketFraming.append(message, to: &out), "a message that came fits into a frame")
            let again = try read([out[...]])
            let body = MessageEncoder.encode(message)
            try expect(again.frames == [body[...]] || body.count > limit, "a frame that is written is read")
        }
    }

    private static func read(_ pieces: [Bytes]) throws -> (frames: [Bytes], fault: FrameFault?) {
        var reader = FrameReader(maximumBytes: limit)
        var frames: [Bytes] = []
        var fault: FrameFault?
        var fed = 0
        for piece in pieces {
            reader.append(piece)
            fed += piece.count
            while fault == nil {
                let step = reader.next()
                if case .frame(let frame) = step {
                    frames.append(frame)
                    continue
                }
                if case .fault(let what) = step { fault = what }
                break
            }
            try expect(
                reader.pendingBytes <= min(fed, limit + SocketFraming.headerBytes + piece.count),
                "it holds no more than came")
            if let fault { try expect(reader.next() == .fault(fault), "after a fault it takes nothing more") }
        }
        return (frames, fault)
    }
}
