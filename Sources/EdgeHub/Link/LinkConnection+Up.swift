internal import Beehive
internal import MetaManager
internal import NIOCore

/// From the loop to the cloud.
extension LinkConnection {
    /// Codes of close frames that this side sends.
    enum CloseCode: UInt16 {
        case normal = 1000
        case goingAway = 1001
    }

    /// Takes what the loop has handed over.
    func flush() {
        let frames = outgoing.take()
        guard isUp else { return }
        send(frames)
    }

    func send(_ frames: [CloudFrame]) {
        guard let context, !frames.isEmpty else { return }
        let bodies = frames.compactMap { frame -> (bytes: Bytes, place: Int64?)? in
            guard case .outbox(let place, let made) = frame.kind else { return (frame.bytes, nil) }
            // Made for a connection that has ended: the loop sends the entry anew, as it is by now.
            return made == number ? (frame.bytes, place) : nil
        }
        let size = bodies.reduce(0) { $0 + $1.bytes.count + WebSocketWriter.overhead }
        var out = context.channel.allocator.buffer(capacity: size)
        var entries = 0
        for body in bodies {
            WebSocketWriter.append(.text, body.bytes, mask: masks.next(), to: &out)
            guard let place = body.place else { continue }
            ledger.sent(place)
            entries += 1
        }
        // Counted before the bytes leave: whoever sees them at the other end finds them in the report.
        shared.report.withLock { report in
            report.unconfirmed = ledger.unconfirmed
            report.sent += UInt64(bodies.count)
            report.dropped += UInt64(frames.count - bodies.count)
        }
        write(out)
        guard entries > 0 else { return }
        shared.pacer.withLock { $0.sent(entries, at: shared.time.now().ticks) }
        pingIfDue()
        grantCredit()
    }

    func pingIfDue() {
        if ledger.isPingDue { ping() }
        shared.report.withLock { $0.unconfirmed = ledger.unconfirmed }
    }

    func ping() {
        if let number = ledger.ping() { write(.ping, Array(String(number).utf8)) }
    }

    func sendPong(_ payload: [UInt8]) { write(.pong, payload) }

    func sendClose(_ code: CloseCode) {
        write(.close, [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)])
    }

    func sendKeepalive() {
        let header = Header(id: shared.nextID(), timestamp: shared.time.now().wall)
        let route = Route(source: .websocket, group: .resource, operation: .keepalive, resource: "node")
        let message = Message(header: header, route: route, content: Content(text: "ping"))
        send([CloudFrame(kind: .report, body: .message(message))])
    }

    /// Takes back what the loop was handed beyond a burst that was lowered.
    func takeBackCredit() {
        let excess = shared.pacer.withLock { $0.takeBack() }
        if excess > 0 { shared.inbox.insist(.credit(connection: number, entries: -excess)) }
    }

    /// Hands the loop as much credit for the outbox as the rate allows by now.
    func grantCredit() {
        nextGrant?.cancel()
        nextGrant = nil
        guard isUp, let context else { return }
        let now = shared.time.now().ticks
        let (entries, next) = shared.pacer.withLock { ($0.grant(at: now), $0.nextGrant(at: now)) }
        if entries > 0 { shared.inbox.insist(.credit(connection: number, entries: entries)) }
        guard let next else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        nextGrant = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(next - min(now, next)))) {
            bound.value.grantCredit()
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        guard let context else { return }
        var out = context.channel.allocator.buffer(capacity: payload.count + WebSocketWriter.overhead)
        WebSocketWriter.append(opcode, payload[...], mask: masks.next(), to: &out)
        write(out)
    }

    private func write(_ out: ByteBuffer) {
        let count = out.readableBytes
        guard let context, count > 0 else { return }
        bytesOnTheWay += count
        progress.handed += UInt64(count)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(out)).assumeIsolated().whenComplete { _ in
            let connection = bound.value
            let wasFull = connection.bytesOnTheWay >= connection.settings.outgoingLimit
            connection.bytesOnTheWay -= count
            if wasFull { connection.readMore() }
        }
        if bytesOnTheWay > 0, writeCheck == nil { watchWrites() }
    }

    /// Looks a few times within each write deadline whether anything has left.
    func watchWrites() {
        guard let context else { return }
        writeCheck?.cancel()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        writeCheck = context.eventLoop.scheduleTask(in: TimeAmount(settings.writeDeadline / 4)) {
            bound.value.checkWrites()
        }
    }

    private func checkWrites() {
        writeCheck = nil
        guard isUp, let context, bytesOnTheWay > 0 else { return }
        // A channel that cannot tell is taken to hold everything that has not been written whole.
        let buffered = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? bytesOnTheWay
        let now = shared.time.now().ticks
        guard progress.isStuck(buffered: UInt64(max(buffered, 0)), at: now, after: settings.writeDeadline) else {
            return watchWrites()
        }
        end(
            LinkFault(
                .writeDeadline,
                "\(shared.url) has taken nothing for edgehub.websocket.write-deadline: the way there is cut or too slow"
            ))
    }
}
