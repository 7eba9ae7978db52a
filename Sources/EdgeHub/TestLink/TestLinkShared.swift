#if DEBUG
    internal import Beehive
    internal import MetaManager
    internal import NIOCore

    /// What the connections of a test link share, one after the other.
    final class TestLinkShared: Sendable {
        let inbox: Inbox<Input>
        let time: any TimeSource
        let pacer: Lock<OutboxPacer>
        let report = Lock(LinkReport())
        private let ids = Lock(MessageIDSource())
        private let current = Lock<TestLinkOutgoing?>(nil)

        init(inbox: Inbox<Input>, time: any TimeSource, settings: TestLinkSettings) {
            self.inbox = inbox
            self.time = time
            pacer = Lock(OutboxPacer(qps: settings.qps, burst: settings.burst))
        }

        func nextID() -> String { ids.withLock { $0.next() } }

        /// The connection that takes frames; nil while there is none.
        var outgoing: TestLinkOutgoing? { current.withLock { $0 } }

        func began(_ outgoing: TestLinkOutgoing) {
            current.withLock { $0 = outgoing }
            report.withLock { report in
                report.isConnected = true
                report.connections += 1
            }
        }

        func ended(_ outgoing: TestLinkOutgoing) {
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
    final class TestLinkOutgoing: Sendable {
        private let frames = Lock<[CloudFrame]>([])
        private let flush = Lock<(@Sendable () -> Void)?>(nil)

        /// Sets what moves the frames on; called before the first frame can come.
        func onFrames(_ callback: @escaping @Sendable () -> Void) { flush.withLock { $0 = callback } }

        /// Takes frames, and has them moved on unless that is about to happen.
        func add(_ more: [CloudFrame]) {
            let wasEmpty = frames.withLock { frames in
                defer { frames += more }
                return frames.isEmpty
            }
            if wasEmpty { flush.withLock { $0 }?() }
        }

        /// Gives up what is there.
        func take() -> [CloudFrame] {
            frames.withLock { frames in
                defer { frames = [] }
                return frames
            }
        }
    }
#endif
