public import Beehive

/// The frame of the module socket: 8 bytes of magic, 4 bytes of length, big-endian, then one message in JSON.
public enum SocketFraming {
    /// What every frame begins with.
    public static let magic: [UInt8] = Array("beehv1rv".utf8)
    /// Bytes before the body.
    public static let headerBytes = 12

    /// Appends the frame of a message.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - out: where it is appended; unchanged when the message is too large.
    /// - Returns: false when the body does not fit into four bytes of length.
    @discardableResult
    public static func append(_ message: Message, to out: inout [UInt8]) -> Bool {
        let start = out.count
        out.append(contentsOf: magic)
        out.append(contentsOf: [0, 0, 0, 0])
        MessageEncoder.append(message, to: &out)
        guard let length = UInt32(exactly: out.count - start - headerBytes) else {
            out.removeSubrange(start...)
            return false
        }
        for offset in 0..<4 {
            out[start + magic.count + offset] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * offset))
        }
        return true
    }

    /// The frame around any body.
    ///
    /// - Parameter body: at most 4 GiB.
    /// - Returns: magic, length and body.
    public static func frame(body: some Collection<UInt8>) -> [UInt8] {
        header(length: UInt32(truncatingIfNeeded: body.count)) + body
    }

    static func header(length: UInt32) -> [UInt8] {
        var out = magic
        for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: length >> shift)) }
        return out
    }
}

/// Why a stream of bytes is no stream of frames.
public enum FrameFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes do not begin with the magic.
    case wrongMagic
    /// The frame tells of a body larger than the limit.
    case tooLarge(length: Int, limit: Int)

    /// One line that names the cause.
    public var description: String {
        switch self {
        case .wrongMagic: "frame does not begin with 'beehv1rv'"
        case .tooLarge(let length, let limit): "frame of \(length) bytes is larger than \(limit)"
        }
    }
}

/// Cuts a stream of bytes into the bodies of its frames.
///
/// It holds what came and no more: a length that promises gigabytes costs nothing until they arrive, and a length
/// over the limit is a fault at once. After a fault it takes nothing more.
public struct FrameReader: Sendable {
    /// What the bytes so far give.
    public enum Step: Hashable, Sendable {
        /// The body of the next frame.
        case frame(Bytes)
        /// The next frame is not complete.
        case needsMore
        /// The stream is broken here; every later step says the same.
        case fault(FrameFault)
    }

    private var pending: [UInt8] = []
    private var start = 0
    private var fault: FrameFault?
    /// The largest body taken.
    public let maximumBytes: Int

    /// Makes a reader at the start of a stream.
    ///
    /// - Parameter maximumBytes: the largest body taken.
    public init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Bytes held that no frame was made of.
    public var pendingBytes: Int { pending.count - start }

    /// Takes the stream's next bytes.
    ///
    /// - Parameter bytes: any number of them.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        guard fault == nil else { return }
        // What was read goes when it is the greater half, so that each byte is moved once on average.
        if start > 0, start >= pending.count - start {
            pending.removeFirst(start)
            start = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// Takes the next frame out.
    public mutating func next() -> Step {
        if let fault { return .fault(fault) }
        let magic = SocketFraming.magic
        for offset in 0..<min(pendingBytes, magic.count) where pending[start + offset] != magic[offset] {
            return fail(.wrongMagic)
        }
        guard pendingBytes >= SocketFraming.headerBytes else { return .needsMore }
        var length = 0
        for offset in magic.count..<SocketFraming.headerBytes { length = length << 8 | Int(pending[start + offset]) }
        guard length <= maximumBytes else { return fail(.tooLarge(length: length, limit: maximumBytes)) }
        guard pendingBytes >= SocketFraming.headerBytes + length else { return .needsMore }
        let body = start + SocketFraming.headerBytes
        start = body + length
        // A copy: a message shares its frame's bytes, and must not keep its neighbours alive.
        return .frame(Array(pending[body..<start])[...])
    }

    private mutating func fail(_ fault: FrameFault) -> Step {
        self.fault = fault
        pending = []
        start = 0
        return .fault(fault)
    }
}
