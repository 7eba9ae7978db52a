/// The life of the link, as a value: what to do after what has happened (`edgehub.reconnect.*`).
///
///     waiting -> connecting -> upgrading -> alive -> draining -> connecting
///        ^           |             |          |
///        '-----------'-------------'----------'
///
/// Without clock or randomness of its own, so that each wait can be told in advance.
public struct LinkState: Sendable, Hashable {
    /// Where the link stands.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Between two tries.
        case waiting
        /// The certificate is got ready, the name resolved, the socket connected.
        case connecting
        /// TLS and the upgrade.
        case upgrading
        /// Messages go both ways.
        case alive
        /// Ended by this side; what was handed over still goes out.
        case draining
        /// Over.
        case stopped
    }

    /// What has happened.
    public enum Event: Sendable, Hashable {
        /// The wait is over.
        case waited
        /// The socket is connected.
        case connected
        /// Messages can go.
        case upgraded
        /// A certificate was renewed: the next connection uses it.
        case renewed
        /// The connection ended, or did not come to be.
        case ended(LinkFault)
        /// The program stops.
        case stop
    }

    /// What to do next.
    public enum Step: Sendable, Hashable {
        /// Wait, then tell `waited`.
        case wait(Duration)
        /// Get ready and connect.
        case connect
        /// Go on with what is under way.
        case goOn
        /// Let out what was handed over, then close.
        case drain
        /// End.
        case stop
    }

    /// So many connections in a row have to end soon after they opened before another node is suspected.
    public static let suspicion = 3
    /// The longest wait while another node is suspected to use the name.
    public static let yieldingMaximum = Duration.seconds(600)

    /// Where the link stands.
    public private(set) var phase = Phase.waiting
    /// Why it is not up, or went down last; nil while all is well.
    public private(set) var fault: LinkFault?
    /// Connections in a row that the cloud ended soon after they opened.
    public private(set) var shortLives = 0
    private var backoff: Backoff
    private var upSince: UInt64?

    /// Makes a link that has not begun.
    ///
    /// - Parameter backoff: how long to wait between tries; a connection that lived as long as its `resetAfter` is a success.
    public init(backoff: Backoff) { self.backoff = backoff }

    /// Takes new settings of the back-off over; the waits so far still count.
    ///
    /// - Parameters:
    ///   - minimum: the longest wait of the second try.
    ///   - maximum: the longest wait of any.
    ///   - resetAfter: how long a connection has to live to be a success.
    public mutating func change(minimum: Duration, maximum: Duration, resetAfter: Duration) {
        backoff.minimum = minimum
        backoff.maximum = maximum
        backoff.resetAfter = resetAfter
    }

    /// No wait between two tries is longer by the settings as they are; nil while another node is given way to, which no
    /// setting cuts short.
    package var longestWait: Duration? { isSuspectingTwin ? nil : backoff.ceiling }

    /// True when the cloud ends each connection soon: mostly because another node connects under the same name.
    public var isSuspectingTwin: Bool { shortLives >= Self.suspicion }

    /// The first step of all.
    ///
    /// - Parameter random: a number from 0 up to 1: nodes that start together do not connect together.
    /// - Returns: a wait of less than a second.
    public mutating func begin(random: Double) -> Step { wait(random) }

    /// Decides what to do after an event.
    ///
    /// - Parameters:
    ///   - event: what has happened; one that does not fit the phase, such as a late word, changes nothing.
    ///   - ticks: monotonic nanoseconds, now.
    ///   - random: a number from 0 up to 1, which spreads the tries.
    /// - Returns: what to do.
    public mutating func handle(_ event: Event, at ticks: UInt64, random: Double) -> Step {
        switch (event, phase) {
        case (_, .stopped): return .stop
        case (.stop, .alive), (.stop, .draining):
            phase = .draining
            return .drain
        case (.stop, _):
            phase = .stopped
            return .stop
        case (.waited, .waiting):
            phase = .connecting
            return .connect
        case (.connected, .connecting):
            phase = .upgrading
            return .goOn
        case (.upgraded, .upgrading):
            phase = .alive
            upSince = ticks
            fault = isSuspectingTwin ? fault : nil
            return .goOn
        case (.renewed, .alive):
            phase = .draining
            return .drain
        case (.ended(let fault), .connecting), (.ended(let fault), .upgrading), (.ended(let fault), .alive),
            (.ended(let fault), .draining):
            return ended(fault, at: ticks, random: random)
        default: return .goOn
        }
    }

    private mutating func ended(_ fault: LinkFault, at ticks: UInt64, random: Double) -> Step {
        let alive = upSince.map { Duration.nanoseconds(Int64(clamping: ticks &- $0)) }
        upSince = nil
        if fault.code == .stopped {
            phase = .stopped
            return .stop
        }
        if fault.code == .renewed {
            // Renewals come at random times by themselves, so that there is nothing to spread.
            phase = .connecting
            return .connect
        }
        if let alive {
            backoff.ended(after: alive)
            let isShort = alive < backoff.resetAfter
            shortLives = isShort && (fault.code == .closed || fault.code == .broken) ? shortLives + 1 : 0
        }
        self.fault = isSuspectingTwin ? twin(fault) : fault
        return wait(random)
    }

    private func twin(_ fault: LinkFault) -> LinkFault {
        LinkFault(
            fault.code,
            "the cloud ended \(shortLives) connections in a row soon after they opened: if another node connects under "
                + "this node's name, give one of them another edgehub.controller.node-id (last: \(fault))")
    }

    private mutating func wait(_ random: Double) -> Step {
        phase = .waiting
        let wait = backoff.next(random: random)
        guard isSuspectingTwin else { return .wait(wait) }
        // Two nodes of one name would end each other's connections for ever. The longer each steps back, the longer the
        // other works; the lower half is left out, or the jitter would bring the short waits back.
        let doublings = min(shortLives - Self.suspicion, 10)
        let ceiling = min(Self.yieldingMaximum, max(.seconds(1), backoff.maximum) * (1 << doublings))
        return .wait(ceiling / 2 + ceiling / 2 * min(1, max(0, random)))
    }
}
