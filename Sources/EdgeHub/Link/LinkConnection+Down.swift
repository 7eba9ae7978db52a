internal import Beehive
internal import MetaManager
internal import NIOCore

/// From the cloud to the loop.
extension LinkConnection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if unread.readableBytes == 0 { unread = buffer } else { unread.writeBuffer(&buffer) }
        takeUnread()
    }

    func channelReadComplete(context: ChannelHandlerContext) { readMore() }

    /// True while the loop takes messages and what goes out leaves: else the socket is not read, and a pong may wait in it.
    var hasRoom: Bool { waiting == nil && bytesOnTheWay < settings.outgoingLimit }

    func readMore() {
        if hasRoom {
            context?.read()
        } else {
            wasReading = false
        }
    }

    /// Takes what has come, as far as there is room for it.
    func takeUnread() {
        do throws(WebSocketFault) {
            while takesInput, waiting == nil, let event = try reader.next(&unread) { take(event) }
        } catch {
            end(LinkFault(.notWebSocket, "\(shared.url) sent what is no websocket: \(error)"))
        }
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .message(let bytes): take(bytes)
        case .oversize(let frame): discard(frame)
        case .ping(let payload): sendPong(payload)
        case .pong(let payload): pong(payload)
        case .close(let code, let reason): peerCloses(code: code, reason: reason)
        }
    }

    private func take(_ bytes: Bytes) {
        guard isUp else { return }
        do throws(DecodeError) {
            let message = try decoder.decode(bytes)
            shared.report.withLock { $0.received += 1 }
            // Control frames of the transport library: answered, and nobody else's business.
            if let answer = TransportControl.answer(to: message, id: shared.nextID, at: shared.time.now().wall) {
                return send([CloudFrame(kind: .answer, body: .message(answer))])
            }
            hand(message)
        } catch {
            shared.report.withLock { $0.badFrames[error.code.rawValue, default: 0] += 1 }
            // It will be no more readable next time: unacknowledged it would come again for ever, and hold up the line.
            var frame = OversizeFrame()
            frame.take(bytes)
            if let ack = frame.ack(id: shared.nextID(), at: shared.time.now().wall) {
                send([CloudFrame(kind: .answer, body: .message(ack))])
            }
        }
    }

    private func discard(_ frame: OversizeFrame) {
        guard isUp else { return }
        let ack = frame.ack(id: shared.nextID(), at: shared.time.now().wall)
        shared.report.withLock { report in
            report.oversize += 1
            if ack != nil { report.oversizeAcked += 1 }
        }
        if let ack { send([CloudFrame(kind: .answer, body: .message(ack))]) }
    }

    private func hand(_ message: Message) {
        guard !shared.inbox.offer(.fromCloud(message)), let context else { return }
        if shared.inbox.isClosed { return end(LinkFault(.stopped, "the program stops")) }
        if waiting == nil { shared.report.withLock { $0.stalls += 1 } }
        waiting = message
        wasReading = false
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        shared.inbox.whenRoom { bound.eventLoop.execute { bound.value.resume() } }
    }

    private func resume() {
        guard isUp, let message = waiting else { return }
        waiting = nil
        hand(message)
        takeUnread()
        readMore()
    }
}
