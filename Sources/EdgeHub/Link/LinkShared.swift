internal import Beehive
internal import MetaManager
internal import NIOCore

/// What the connections of a link share, one after the other.
final class LinkShared: Sendable {
    let inbox: Inbox<Input>
    let time: any TimeSource
    let settings: Lock<LinkSettings>
    let pacer: Lock<OutboxPacer>
    let report = Lock(LinkReport())
    private let ids = Lock(MessageIDSource())
    private let current = Lock<LinkOutgoing?>(nil)

    init(inbox: Inbox<Input>, time: any TimeSource, settings: LinkSettings) {
        self.inbox = inbox
        self.time = time
        self.settings = Lock(settings)
        pacer = Lock(OutboxPacer(qps: settings.qps, burst: settings.burst))
    }

    /// Where the cloud is, for words to people.
    var url: LinkURL { settings.withLock { $0.url } }

    func nextID() -> String { ids.withLock { $0.next() } }

    /// The connection that takes frames; nil while there is none.
    var outgoing: LinkOutgoing? { current.withLock { $0 } }

    func began(_ outgoing: LinkOutgoing) {
        current.withLock { $0 = outgoing }
        let wall = time.now().wall
        report.withLock { report in
            report.heard = wall
            report.isConnected = true
            report.connections += 1
        }
    }

    func ended(_ outgoing: LinkOutgoing) {
        current.withLock { if $0 === outgoing { $0 = nil } }
        report.withLock { report in
            report.isConnected = false
            report.unconfirmed = 0
        }
    }
}

/// Frames on their way from the loop's thread to a connection's event loop, in order.
///
/// Policy when full: none is refused, since the loop must not wait. It is bounded by what makes the frames: the socket
/// is not read while much goes out, the outbox goes by credit, and modules wait for the answers to their requests.
final class LinkOutgoing: Sendable {
    private let frames = Lock<[CloudFrame]>([])
    private let flush = Lock(Flush())

    /// In a struct: a closure that is itself the value of a lock is wrapped once more each time the lock is taken.
    private struct Flush {
        var call: (@Sendable () -> Void)?
    }

    /// Sets what moves the frames on; called before the first frame can come.
    func onFrames(_ callback: @escaping @Sendable () -> Void) { flush.withLock { $0.call = callback } }

    /// Takes frames, and has them moved on unless that is about to happen.
    func add(_ more: [CloudFrame]) {
        let wasEmpty = frames.withLock { frames in
            defer { frames += more }
            return frames.isEmpty
        }
        if wasEmpty { flush.withLock { $0.call }?() }
    }

    /// Gives up what is there.
    func take() -> [CloudFrame] {
        frames.withLock { frames in
            defer { frames = [] }
            return frames
        }
    }
}
