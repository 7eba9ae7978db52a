#if DEBUG
    internal import Beehive
    internal import MetaManager
    internal import NIOCore

    /// One connection of the test link; lives on its event loop.
    ///
    /// It reads only while the loop has room and what goes out stays small, so a flood is held back in the socket.
    final class TestLinkHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let shared: TestLinkShared
        private let settings: TestLinkSettings
        private let connection: Int
        private let outgoing: TestLinkOutgoing
        private let decoder: MessageDecoder
        private var reader: LineReader
        private var unread = ByteBuffer()
        /// A message that the loop had no room for.
        private var waiting: Message?
        private var ledger = PongLedger()
        private var bytesOnTheWay = 0
        private var context: ChannelHandlerContext?
        private var heartbeat: RepeatedTask?
        private var nextGrant: Scheduled<Void>?
        private var isUp = false

        init(shared: TestLinkShared, settings: TestLinkSettings, connection: Int, outgoing: TestLinkOutgoing) {
            self.shared = shared
            self.settings = settings
            self.connection = connection
            self.outgoing = outgoing
            decoder = MessageDecoder(maximumBytes: settings.maximumFrame)
            reader = LineReader(limit: settings.maximumFrame)
        }

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }

        func handlerRemoved(context: ChannelHandlerContext) { end() }

        /// Announces the node and the link; called once the connection can be handed frames.
        func start() {
            guard let context, context.channel.isActive else { return }
            isUp = true
            write("hello \(settings.nodeID)\n")
            shared.pacer.withLock { $0.reconnected() }
            shared.inbox.insist(.linkUp(connection: connection))
            beat()
            let interval = TimeAmount(settings.heartbeat)
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            heartbeat = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
                bound.value.beat()
            }
            grantCredit()
            context.read()
        }

        func channelInactive(context: ChannelHandlerContext) {
            end()
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        /// The link is down: nothing of this connection reaches the loop after this word.
        private func end() {
            context = nil
            heartbeat?.cancel()
            nextGrant?.cancel()
            waiting = nil
            guard isUp else { return }
            isUp = false
            shared.ended(outgoing)
            shared.inbox.insist(.linkDown(connection: connection))
        }

        // MARK: Down

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            if unread.readableBytes == 0 { unread = buffer } else { unread.writeBuffer(&buffer) }
            readLines()
        }

        func channelReadComplete(context: ChannelHandlerContext) { readMore() }

        private func readMore() {
            if waiting == nil, bytesOnTheWay < settings.outgoingLimit { context?.read() }
        }

        private func readLines() {
            while isUp, waiting == nil, unread.readableBytes > 0, let line = reader.next(&unread) {
                switch line {
                case .line(let bytes): take(bytes)
                case .oversize(let frame): discard(frame)
                }
            }
        }

        private func take(_ line: Bytes) {
            if line.starts(with: "ping ".utf8) { return write("pong " + Self.word(line) + "\n") }
            if line.starts(with: "pong ".utf8) { return pong(Self.word(line)) }
            do throws(DecodeError) {
                let message = try decoder.decode(line)
                shared.report.withLock { $0.received += 1 }
                hand(message)
            } catch {
                shared.report.withLock { $0.badFrames[error.code.rawValue, default: 0] += 1 }
            }
        }

        private static func word(_ line: Bytes) -> String { String(decoding: line.dropFirst(5), as: UTF8.self) }

        private func discard(_ frame: OversizeFrame) {
            let ack = frame.ack(id: shared.nextID(), at: shared.time.now().wall)
            shared.report.withLock { report in
                report.oversize += 1
                if ack != nil { report.oversizeAcked += 1 }
            }
            if let ack { send([CloudFrame(kind: .answer, body: .message(ack))]) }
        }

        private func hand(_ message: Message) {
            guard !shared.inbox.offer(.fromCloud(message)), let context else { return }
            if shared.inbox.isClosed { return context.close(promise: nil) }
            if waiting == nil { shared.report.withLock { $0.stalls += 1 } }
            waiting = message
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            shared.inbox.whenRoom { bound.eventLoop.execute { bound.value.resume() } }
        }

        private func resume() {
            guard isUp, let message = waiting else { return }
            waiting = nil
            hand(message)
            readLines()
            readMore()
        }

        private func pong(_ word: String) {
            let places = UInt64(word).map { ledger.pong($0) } ?? []
            if !places.isEmpty { shared.inbox.insist(.confirmed(connection: connection, places: places)) }
            pingIfDue()
        }

        // MARK: Up

        /// Takes what the loop has handed over.
        func flush() {
            let frames = outgoing.take()
            guard isUp else { return }
            send(frames)
        }

        private func send(_ frames: [CloudFrame]) {
            var out: [UInt8] = []
            var entries = 0
            for frame in frames {
                if case .outbox(_, let made) = frame.kind, made != connection {
                    // Made for a connection that has ended: the loop sends the entry anew, as it is by now.
                    shared.report.withLock { $0.dropped += 1 }
                    continue
                }
                // A raw line feed can only be white space in JSON; here it would end the line.
                out += frame.bytes.lazy.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
                out.append(UInt8(ascii: "\n"))
                guard case .outbox(let place, _) = frame.kind else { continue }
                ledger.sent(place)
                entries += 1
            }
            // Counted before the bytes leave: whoever sees them at the other end finds them in the report.
            shared.report.withLock { report in
                report.sent += UInt64(frames.count)
                report.unconfirmed = ledger.unconfirmed
            }
            write(out)
            guard entries > 0 else { return }
            shared.pacer.withLock { $0.sent(entries, at: shared.time.now().ticks) }
            pingIfDue()
            grantCredit()
        }

        private func pingIfDue() {
            if ledger.isPingDue { ping() }
            shared.report.withLock { $0.unconfirmed = ledger.unconfirmed }
        }

        private func ping() {
            if let number = ledger.ping() { write("ping \(number)\n") }
        }

        private func beat() {
            let header = Header(id: shared.nextID(), timestamp: shared.time.now().wall)
            let route = Route(source: .websocket, group: .resource, operation: .keepalive, resource: "node")
            let message = Message(header: header, route: route, content: Content(text: "ping"))
            send([CloudFrame(kind: .report, body: .message(message))])
            ping()
        }

        func grantCredit() {
            nextGrant?.cancel()
            nextGrant = nil
            guard isUp, let context else { return }
            let now = shared.time.now().ticks
            let (entries, next) = shared.pacer.withLock { ($0.grant(at: now), $0.nextGrant(at: now)) }
            if entries > 0 { shared.inbox.insist(.credit(connection: connection, entries: entries)) }
            guard let next else { return }
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            nextGrant = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(next - min(now, next)))) {
                bound.value.grantCredit()
            }
        }

        private func write(_ text: String) { write(Array(text.utf8)) }

        private func write(_ bytes: [UInt8]) {
            guard let context, !bytes.isEmpty else { return }
            bytesOnTheWay += bytes.count
            let count = bytes.count
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)))
                .assumeIsolated().whenComplete { _ in
                    let handler = bound.value
                    let wasFull = handler.bytesOnTheWay >= handler.settings.outgoingLimit
                    handler.bytesOnTheWay -= count
                    if wasFull { handler.readMore() }
                }
        }
    }
#endif
