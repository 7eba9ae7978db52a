internal import Beehive
internal import Logging
internal import NIOCore

/// What goes out over a connection: deliveries, refusals, and the end.
extension ModuleConnection {
    func refuse(_ refusal: Refusal) {
        guard phase == .open, let context else { return server.meter.refuse(refusal.reason) }
        // A peer that sends rubbish and reads no answer is not read further.
        guard context.channel.isWritable, !isStreaming else {
            held = .refusal(refusal)
            return
        }
        server.meter.refuse(refusal.reason)
        write([answer(refusal)])
    }

    func fail(_ refusal: Refusal) {
        guard phase == .open || phase == .gone else { return }
        server.meter.refuse(refusal.reason)
        server.logger.info("module connection closed", metadata: ["socket.reason": "\(refusal.reason.rawValue)"])
        guard phase == .open else {
            phase = .over
            return
        }
        // In the midst of a long frame nobody could read it.
        if isStreaming { return context?.close(promise: nil) ?? () }
        write([answer(refusal)])
        phase = .failing
        leave()
        closeLater()
        closeWhenWritten()
    }

    private func answer(_ refusal: Refusal) -> Message {
        let route = Route(
            source: session.serverName, group: refusal.group, operation: .error, resource: refusal.resource)
        let header = Header(id: ids.next(), parentID: refusal.parentID, timestamp: server.time.now().wall)
        return Message(header: header, route: route, content: Content(text: refusal.text))
    }

    func writeDeliveries() {
        guard !isPumping, !isStreaming, phase == .open || phase == .stopping, let attached, let context else { return }
        isPumping = true
        defer { isPumping = false }
        var rounds = 0
        while context.channel.isWritable, !isStreaming {
            let batch = attached.mailbox.drain(upTo: Self.batch)
            if batch.isEmpty {
                if phase == .stopping { closeWhenWritten() }
                return
            }
            write(batch)
            rounds += 1
            guard rounds < Self.roundsPerTurn else {
                // The loop's other connections have their turn.
                let bound = NIOLoopBound(self, eventLoop: loop)
                return loop.execute { bound.value.writeDeliveries() }
            }
        }
    }

    private static let batch = 16
    private static let roundsPerTurn = 16

    func writeAtOnce(_ messages: ArraySlice<Message>) {
        guard let context, !messages.isEmpty else { return }
        var out: [UInt8] = []
        for message in messages where SocketFraming.append(message, to: &out) { outgoing.note(message) }
        var buffer = context.channel.allocator.buffer(capacity: out.count)
        buffer.writeBytes(out)
        let promise = loop.makePromise(of: Void.self)
        outgoing.unwritten += 1
        promise.futureResult.assumeIsolated().whenSuccess { self.outgoing.unwritten -= 1 }
        server.meter.update { $0.framesOut += messages.count }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    func closeWhenWritten() {
        guard let context else { return }
        let channel = context.channel
        let promise = loop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    func closeLater() {
        guard let channel = context?.channel else { return }
        let timer = loop.scheduleTask(in: TimeAmount(server.settings.drainTimeout)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
}
