internal import Beehive
internal import NIOCore

/// Writes a frame whose list is read from the store while it leaves; on a thread of its own, which waits for the peer.
///
/// A snapshot cannot be put aside and gone on with later, so a peer that takes nothing loses the connection, and with it the
/// thread that others wait for. The length stands in front of a frame, so the list is walked twice, in one snapshot.
struct LongFrame: Sendable {
    /// Why a frame did not leave.
    enum Failure: Error {
        /// Nothing was written: the peer can be told.
        case unread(String)
        /// The frame is broken off: the connection is of no use any more.
        case brokenOff
    }

    let channel: any Channel
    /// How long the whole of it may take: the snapshot keeps the store's log from being reused meanwhile.
    let limit: Duration
    /// How long a piece may take.
    let stall: Duration

    private static let piece = 1 << 18

    /// Writes the frame of a message; blocks its thread.
    func write(_ message: Message, _ texts: any StoredTexts) throws(Failure) {
        var hasBegun = false
        let deadline = SystemTime().now().ticks &+ limit.nanoseconds
        do {
            try texts.withSnapshot { cursor in
                var length = 0
                try MessageEncoder.write(message, inPiecesOf: Self.piece, from: cursor) { length += $0.count }
                guard length <= UInt32.max else { throw Failure.unread("the list is larger than 4 GiB") }
                hasBegun = true
                try send(SocketFraming.header(length: UInt32(length)), until: deadline)
                try MessageEncoder.write(message, inPiecesOf: Self.piece, from: cursor) {
                    try send($0, until: deadline)
                }
            }
        } catch {
            throw hasBegun ? .brokenOff : .unread("\(error)")
        }
    }

    private func send(_ bytes: [UInt8], until deadline: UInt64) throws {
        let deadline = min(deadline, SystemTime().now().ticks &+ stall.nanoseconds)
        let outcome = Lock<Result<Void, any Error>?>(nil)
        channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { result in
            outcome.withLock { $0 = result }
            outcome.signal()
        }
        guard let result = outcome.wait(deadline: deadline, { $0 }) else { throw Failure.brokenOff }
        try result.get()
    }
}

extension ModuleConnection {
    /// Writes messages in order; a list in the store goes out piece by piece, and all else waits for its end.
    func write(_ messages: [Message]) {
        guard !isStreaming else { return waiting.append(contentsOf: messages) }
        for (index, message) in messages.enumerated() {
            guard case .stored(let texts) = message.content.form else { continue }
            writeAtOnce(messages[..<index])
            waiting = Array(messages[(index + 1)...])
            return stream(message, texts)
        }
        writeAtOnce(messages[...])
    }

    private func stream(_ message: Message, _ texts: any StoredTexts) {
        guard let context else { return }
        isStreaming = true
        // A peer that has not taken what was written before gets no thread, which would only wait for it.
        let promise = loop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            guard case .success = result else { return self.streamed(message, .brokenOff) }
            self.begin(message, texts)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    private func begin(_ message: Message, _ texts: any StoredTexts) {
        guard let channel = context?.channel else { return streamed(message, .brokenOff) }
        server.meter.update { $0.framesOut += 1 }
        let frame = LongFrame(
            channel: channel, limit: server.settings.longFrameLimit, stall: server.settings.longFrameStall)
        let bound = NIOLoopBound(self, eventLoop: loop)
        // The threads are the server's, which waits for them when it stops; a channel that closes ends the work.
        server.threads.submit { isActive in
            var failure: LongFrame.Failure?
            if isActive {
                do throws(LongFrame.Failure) {
                    try frame.write(message, texts)
                } catch {
                    failure = error
                }
            } else {
                failure = .brokenOff
            }
            let ended = failure
            bound.eventLoop.execute { bound.value.streamed(message, ended) }
        }
    }

    private func streamed(_ message: Message, _ failure: LongFrame.Failure?) {
        isStreaming = false
        switch failure {
        case .brokenOff?:
            waiting = []
            outgoing.hasLost = true
            context?.close(promise: nil)
        case .unread(let cause)?:
            var answer = message
            answer.route.operation = .error
            answer.content = Content(text: "the list cannot be read: \(cause)")
            waiting.insert(answer, at: 0)
            fallthrough
        case nil:
            let rest = waiting
            waiting = []
            write(rest)
            resumeWriting()
        }
    }
}
