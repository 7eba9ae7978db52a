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

    func readMore() {
        if waiting == nil, bytesOnTheWay < settings.outgoingLimit {
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
