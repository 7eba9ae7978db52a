internal import Beehive
internal import MetaManager
internal import NIOCore

/// One connection to the cloud, from the upgrade to its end; lives on its event loop.
///
/// It reads only while the loop has room and what goes out stays small, so a flood is held back in the socket.
final class LinkConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let shared: LinkShared
    let number: Int
    let outgoing: LinkOutgoing
    private(set) var decoder: MessageDecoder
    private let ending: LinkEnding
    private(set) var context: ChannelHandlerContext?
    private(set) var isUp = false
    private var isDraining = false
    private var heartbeat = Heartbeat()
    private var nextBeat: Scheduled<Void>?
    /// The last beat, and how long after it the next one was due then.
    private var lastBeat = (ticks: UInt64(0), interval: Duration.zero)
    private var drainLimit: Scheduled<Void>?

    // Down.
    var reader: WebSocketReader
    var unread = ByteBuffer()
    /// A message that the loop had no room for.
    var waiting: Message?
    /// False if the socket was left unread since the last beat.
    var wasReading = true

    // Up.
    var ledger = PongLedger()
    var masks = SystemRandomNumberGenerator()
    var bytesOnTheWay = 0
    var progress = WriteProgress()
    var writeCheck: Scheduled<Void>?
    var nextGrant: Scheduled<Void>?

    var settings: LinkSettings { shared.settings.withLock { $0 } }

    init(shared: LinkShared, number: Int, outgoing: LinkOutgoing, ending: LinkEnding) {
        self.shared = shared
        self.number = number
        self.outgoing = outgoing
        self.ending = ending
        let limit = shared.settings.withLock { $0.maximumFrame }
        decoder = MessageDecoder(maximumBytes: limit)
        reader = WebSocketReader(limit: limit)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { close() }

    /// Announces the link; called once the connection can be handed frames.
    func start() {
        guard let context, context.channel.isActive, !isDraining else { return }
        isUp = true
        shared.pacer.withLock { $0.reconnected() }
        shared.inbox.insist(.linkUp(connection: number))
        beat()
        grantCredit()
        takeUnread()
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        ending.say(LinkFault(.closed, "\(shared.url) closed the connection without a word"))
        close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ending.say(LinkFault(of: error, while: .alive, to: shared.url))
        context.close(promise: nil)
    }

    /// Ends the connection at once.
    func end(_ fault: LinkFault) {
        ending.say(fault)
        goDown()
        context?.close(promise: nil)
    }

    /// Ends the connection in order: what was handed over goes out, then a close frame; the cloud sends again what it gets
    /// no acknowledgement of.
    func drain(_ fault: LinkFault) {
        guard let context, !isDraining else { return }
        ending.say(fault)
        isDraining = true
        shared.report.withLock { $0.phase = .draining }
        flush()
        goDown()
        sendClose(.goingAway)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        drainLimit = context.eventLoop.scheduleTask(in: TimeAmount(settings.drainTimeout)) {
            bound.value.context?.close(promise: nil)
        }
        // The cloud's own close frame, or its end, is read to let the socket close in peace.
        takeUnread()
        context.read()
    }

    /// The peer has sent a close frame.
    func peerCloses(code: UInt16?, reason: String) {
        let words = [code.map { "with code \($0)" }, reason.isEmpty ? nil : "saying '\(OneLine.of(reason))'"]
        ending.say(
            LinkFault(
                .closed, (["\(shared.url) closed the connection"] + words.compactMap { $0 }).joined(separator: " ")))
        goDown()
        if !isDraining { sendClose(.normal) }
        context?.close(promise: nil)
    }

    var takesInput: Bool { isUp || isDraining }

    /// The link is down: nothing of this connection reaches the loop after this word.
    private func goDown() {
        nextBeat?.cancel()
        nextGrant?.cancel()
        writeCheck?.cancel()
        waiting = nil
        guard isUp else { return }
        isUp = false
        shared.ended(outgoing)
        shared.inbox.insist(.linkDown(connection: number))
    }

    private func close() {
        goDown()
        drainLimit?.cancel()
        context = nil
    }

    /// A heartbeat: a keepalive, and now and then a ping whose pong proves that the cloud is there.
    private func beat() {
        guard isUp else { return }
        lastBeat.ticks = shared.time.now().ticks
        let beat = heartbeat.beat(isReading: wasReading && hasRoom)
        wasReading = hasRoom
        switch beat {
        case .dead:
            return end(
                LinkFault(.silent, "\(shared.url) has not answered two pings: the way there is cut or the cloud hangs"))
        case .keepalive: sendKeepalive()
        case .keepaliveAndPing:
            sendKeepalive()
            ping()
        }
        scheduleBeat()
    }

    /// New settings hold from now on, on this connection too.
    func takeSettings() {
        let settings = settings
        decoder.maximumBytes = settings.maximumFrame
        reader.limit = settings.maximumFrame
        guard isUp else { return }
        // Counted from the last beat: whoever changes it again and again does not put the next one off.
        if settings.heartbeat != lastBeat.interval { scheduleBeat() }
        if writeCheck != nil { watchWrites() }
        takeBackCredit()
        grantCredit()
    }

    private func scheduleBeat() {
        guard let context else { return }
        nextBeat?.cancel()
        let interval = settings.heartbeat
        lastBeat.interval = interval
        let passed = shared.time.now().ticks &- lastBeat.ticks
        let left = Int64(clamping: interval.nanoseconds - min(interval.nanoseconds, passed))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        nextBeat = context.eventLoop.scheduleTask(in: .nanoseconds(left)) { bound.value.beat() }
    }

    func pong(_ payload: [UInt8]) {
        heartbeat.pong()
        let wall = shared.time.now().wall
        shared.report.withLock { report in
            report.pongs += 1
            report.heard = wall
        }
        guard isUp, let number = UInt64(String(decoding: payload, as: UTF8.self)) else { return }
        let places = ledger.pong(number)
        if !places.isEmpty { shared.inbox.insist(.confirmed(connection: self.number, places: places)) }
        pingIfDue()
    }
}
