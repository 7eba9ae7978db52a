internal import Beehive
internal import Logging
internal import NIOCore

/// One connection of the module socket; lives on the server's event loop.
///
/// Both ways are bounded. Inwards, one message is held when MetaManager is full, and nothing more is read until there
/// is room. Outwards, the mailbox is drained only while the channel takes writes: what a slow module does not read
/// stays in its mailbox, which knows what to drop.
final class ModuleConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Frames are taken and written.
        case open
        /// The peer is gone; what it sent before is still handed over.
        case gone
        /// What waits is written, then the connection closes.
        case stopping
        /// An error frame is on its way, then the connection closes.
        case failing
        /// Nothing happens any more.
        case over
    }

    enum Held {
        case message(Message, ModuleInfo)
        case refusal(Refusal)
    }

    let server: ConnectionContext
    private let peer: PeerCredentials
    let loop: any EventLoop
    var phase = Phase.open
    private(set) var context: ChannelHandlerContext?
    var outgoing = OutgoingLedger()
    private var reader: FrameReader
    var session: ModuleSession
    var held: Held?
    var attached: (mailbox: Mailbox, attachment: Int)?
    private var attachTimer: Scheduled<Void>?
    var ids = MessageIDSource()
    var isPumping = false
    /// While a long frame leaves, what else is to be written waits: at most a batch of deliveries, and one refusal.
    var isStreaming = false
    var waiting: [Message] = []

    init(server: ConnectionContext, peer: PeerCredentials = PeerCredentials(), loop: any EventLoop) {
        self.server = server
        self.peer = peer
        self.loop = loop
        reader = FrameReader(maximumBytes: server.settings.maximumFrameBytes)
        session = ModuleSession(maximumFrameBytes: server.settings.maximumFrameBytes)
    }

    var name: ModuleName? { session.info?.name }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard server.enter(self) else {
            return fail(Refusal(.tooManyConnections, "there are too many connections: close one first"))
        }
        let wait = server.settings.attachTimeout
        attachTimer = loop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) { [weak self] in
            self?.fail(Refusal(.attachTimeout, "no module attached within \(wait)"))
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A peer that hangs up is read to its end even while reading is paused; the kernel's buffer bounds that.
        guard phase == .open else { return }
        reader.append(unwrapInboundIn(data).readableBytesView)
        takeFrames()
    }

    func channelReadComplete(context: ChannelHandlerContext) { readMore() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resumeWriting() }
    }

    func resumeWriting() {
        if case .refusal(let refusal) = held {
            held = nil
            refuse(refusal)
            takeFrames()
            readMore()
        }
        writeDeliveries()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset says that the peer left something unread.
        outgoing.hasLost = true
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        attachTimer?.cancel()
        let wasOpen = phase == .open
        leave()
        server.exit(self)
        phase = wasOpen ? .gone : .over
        // A peer may send and hang up at once: what came in whole counts.
        if case .refusal = held { held = nil }
        if wasOpen { takeFrames() }
    }

    // MARK: Inwards

    private func readMore() {
        if phase == .open, held == nil { context?.read() }
    }

    private func takeFrames() {
        while held == nil, phase == .open || phase == .gone {
            switch reader.next() {
            case .needsMore: return
            case .fault(let fault):
                let reason = fault == .wrongMagic ? SocketRefusal.wrongMagic : .tooLarge
                return fail(Refusal(reason, fault.description))
            case .frame(let frame):
                switch session.receive(frame) {
                case .attach(let info, let message): attach(info, message)
                case .offer(let message, let info): offer(message, info)
                case .refuse(let refusal): refuse(refusal)
                case .fail(let refusal): fail(refusal)
                }
            }
        }
    }

    private func offer(_ message: Message, _ info: ModuleInfo) {
        if server.intake.offer(message, from: info) { return server.meter.update { $0.framesIn += 1 } }
        guard !server.intake.isClosed else {
            return refuse(Refusal(.stopping, "MetaManager is stopping: send it again later", of: message))
        }
        held = .message(message, info)
        server.meter.update { $0.pauses += 1 }
        let bound = NIOLoopBound(self, eventLoop: loop)
        server.intake.whenRoom { bound.eventLoop.execute { bound.value.retry() } }
    }

    private func retry() {
        guard phase == .open || phase == .gone, case .message(let message, let info) = held else { return }
        held = nil
        offer(message, info)
        takeFrames()
        readMore()
    }

    // MARK: Attaching and leaving

    private func attach(_ info: ModuleInfo, _ message: Message) {
        attachTimer?.cancel()
        guard server.hasRoom(for: info.name) else {
            let text = "too many modules are known: attach under a known name"
            return fail(Refusal(.tooManyConnections, text, of: message))
        }
        // The former holder ends before the mailbox has its next reader: no message is written twice or out of order.
        server.claim(info.name, for: self)
        attached = server.bus.attach(info)
        var route = message.route
        route.operation = .response
        let header = Header(id: ids.next(), parentID: message.id, timestamp: server.time.now().wall)
        write([Message(header: header, route: route, content: Content(server.roster()))])
        server.logger.info(
            "module attached",
            metadata: [
                "module.name": "\(info.name)", "module.group": "\(info.group)", "peer.pid": "\(peer.process)",
                "peer.uid": "\(peer.user)",
            ])
        guard phase == .open else { return leave() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        attached?.mailbox.onReadable { bound.eventLoop.execute { bound.value.writeDeliveries() } }
    }

    /// Gives the module's place up; its mailbox waits for its return.
    func leave() {
        guard let attached, let info = session.info else { return }
        self.attached = nil
        server.bus.detach(info.name, attachment: attached.attachment)
        // What was written and perhaps never read is gone: the module lists those types again when it is back.
        if outgoing.isUncertain { attached.mailbox.owe(outgoing.types) }
        server.logger.info("module left", metadata: ["module.name": "\(info.name)"])
    }

    /// Another connection attached under this name.
    func giveWay() {
        server.meter.update { $0.replaced += 1 }
        outgoing.hasLost = true
        leave()
        phase = .over
        held = nil
        context?.close(promise: nil)
    }

    /// Writes what waits, then closes; a peer that does not read is cut off.
    func stop() {
        guard phase == .open else { return }
        phase = .stopping
        held = nil
        attachTimer?.cancel()
        closeLater()
        writeDeliveries()
        if attached == nil { closeWhenWritten() }
    }
}
