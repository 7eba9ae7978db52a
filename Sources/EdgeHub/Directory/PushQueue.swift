internal import Beehive
internal import DequeModule

/// What has to be acknowledged: sent in order, again under the same id, and put off for a growing time.
struct PushQueue {
    private struct Flight {
        let message: Message
        let push: DirectoryPush
        var sendings: Int
        var rounds = 0
        var due: UInt64
    }

    /// How frames are sent again.
    struct Limits {
        var ackTimeout: Duration
        var sendings: Int
        var window: Int
        /// The longest time that a frame is put off.
        var longest = Duration.seconds(300)
    }

    private let limits: Limits
    private var waiting: Deque<DirectoryPush> = []
    /// Where the newest of each key stands, counted from the first that ever waited.
    private var places: [String: Int] = [:]
    private var taken = 0
    private var flights: [String: Flight] = [:]
    private var idsByKey: [String: String] = [:]

    init(limits: Limits) { self.limits = limits }

    /// Objects without an acknowledgement.
    var count: Int { waiting.count + flights.count }

    /// When `due` has something to say again, in monotonic nanoseconds.
    var nextDeadline: UInt64? { flights.values.map(\.due).min() }

    /// What was put off, by key, with how often it was sent.
    var putOff: [(key: String, sendings: Int)] {
        flights.values.filter { $0.rounds > 0 }.map { ($0.push.key, $0.sendings + $0.rounds * limits.sendings) }
            .sorted { $0.key < $1.key }
    }

    /// Queues a frame; of one object only the newest waits.
    mutating func add(_ push: DirectoryPush) {
        guard let place = places[push.key].map({ $0 - taken }) else { return append(push) }
        // A delete stays between what came before and after it.
        if waiting[place].operation == .delete, push.operation != .delete { return append(push) }
        var newest = push
        // An insert that was never sent stays one.
        if waiting[place].operation == .insert, push.operation == .update { newest.operation = .insert }
        waiting[place] = newest
    }

    private mutating func append(_ push: DirectoryPush) {
        places[push.key] = taken + waiting.count
        waiting.append(push)
    }

    private mutating func takeFirst() -> DirectoryPush? {
        guard let push = waiting.popFirst() else { return nil }
        if places[push.key] == taken { places[push.key] = nil }
        taken += 1
        return push
    }

    /// The frames that go out now: those whose time has come again, then new ones as far as the window allows.
    mutating func due(at now: Moment, ids: inout MessageIDSource) -> [Message] {
        var out: [Message] = []
        for (id, flight) in flights.sorted(by: { $0.value.due < $1.value.due }) where flight.due <= now.ticks {
            var flight = flight
            if flight.sendings >= limits.sendings {
                flight.rounds += 1
                flight.sendings = 0
                let delay = limits.ackTimeout * (1 << min(flight.rounds, 10))
                flight.due = now.ticks + min(delay, max(limits.longest, limits.ackTimeout)).nanoseconds
            } else {
                flight.sendings += 1
                flight.due = now.ticks + limits.ackTimeout.nanoseconds
                out.append(flight.message)
            }
            flights[id] = flight
        }
        while flights.count < limits.window, let push = takeFirst() {
            // What this one replaces need not arrive any more.
            if let older = idsByKey[push.key] { flights[older] = nil }
            let message = push.message(id: ids.next(), at: now)
            flights[message.id] = Flight(
                message: message, push: push, sendings: 1, due: now.ticks + limits.ackTimeout.nanoseconds)
            idsByKey[push.key] = message.id
            out.append(message)
        }
        return out
    }

    /// Takes an acknowledgement.
    ///
    /// - Returns: what it acknowledges; nil when nothing waits for it.
    mutating func acknowledge(_ parent: String) -> DirectoryPush? {
        guard let flight = flights.removeValue(forKey: parent) else { return nil }
        if idsByKey[flight.push.key] == parent { idsByKey[flight.push.key] = nil }
        return flight.push
    }
}
