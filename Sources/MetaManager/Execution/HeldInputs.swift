internal import Beehive

/// Inputs that the store could not take and that no peer sends again: they are tried again by the loop, in their order.
///
/// Bounded: a link that came up makes all that was held of earlier ones void.
struct HeldInputs {
    private var inputs: [Input] = []
    /// When the next try is due, in monotonic nanoseconds; nil when nothing failed.
    private(set) var retry: UInt64?

    private static let pause = Duration.seconds(1)

    /// True when the loop's own work may be tried.
    var isRested: Bool { retry == nil }

    /// What to handle now: with what was held in front when it is due, else without what has to wait behind it.
    mutating func take(with more: [Input], at now: Moment) -> [Input] {
        if let retry, retry > now.ticks {
            var free: [Input] = []
            for input in more where !holdsBack(input) { free.append(input) }
            return free
        }
        retry = nil
        defer { inputs = [] }
        return inputs + more
    }

    /// True for what must not overtake an earlier word about the link; it is kept.
    mutating func holdsBack(_ input: Input) -> Bool {
        guard Self.isOfLink(input), inputs.contains(where: Self.isOfLink) else { return false }
        add(input)
        return true
    }

    /// Keeps an input that failed, unless its sender is told and sends it again.
    mutating func hold(_ input: Input, at now: Moment) {
        switch input {
        // The cloud answers once, and who asked still waits; there are no more of them than requests under way.
        case .fromCloud(let message) where message.route.operation.isAnswer: add(input)
        case .fromCloud(let message) where message.route.operation == .applicationResponse: add(input)
        case .fromCloud, .fromModule, .tick, .write: return
        default: add(input)
        }
        rest(at: now)
    }

    /// Lets the loop's own work wait before it is tried again.
    mutating func rest(at now: Moment) { retry = now.advanced(by: Self.pause).ticks }

    private mutating func add(_ input: Input) {
        if case .linkUp = input { inputs.removeAll(where: Self.isOfLink) }
        inputs.append(input)
    }

    /// True for what tells of one connection, and must not overtake another such word.
    private static func isOfLink(_ input: Input) -> Bool {
        switch input {
        case .linkUp, .linkDown, .credit, .confirmed: true
        default: false
        }
    }
}
