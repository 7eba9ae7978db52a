internal import Beehive

/// A body that is there, given by pieces: none of them is copied before the socket takes it.
final class SharedBytes: ChunkSource {
    /// Bytes of a piece; what is not larger is sent at once.
    static let step = 64 << 10

    private let rest: Lock<Bytes>
    /// Let go of together with the body.
    private let lease: (any AnyObject & Sendable)?

    init(_ bytes: Bytes, lease: (any AnyObject & Sendable)?) {
        rest = Lock(bytes)
        self.lease = lease
    }

    func next() -> Chunk {
        rest.withLock { rest in
            if rest.isEmpty { return .end }
            let piece = Array(rest.prefix(Self.step))
            rest = rest.dropFirst(Self.step)
            return .bytes(piece)
        }
    }

    func whenReadable(_ callback: @escaping @Sendable () -> Void) { callback() }

    func cancel() { rest.withLock { $0 = [] } }
}
