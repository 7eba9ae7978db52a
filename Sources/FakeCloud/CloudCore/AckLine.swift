internal import Beehive
internal import DequeModule

/// A node's messages that need an ack: one slot for each object, one message under way at a time.
///
/// A pure value with the time handed in. It follows CloudCore's work queue: a key is in line at most once, a message that
/// was not acked after its sendings goes back with a growing delay, and a newer message for the object takes the slot.
struct AckLine: Sendable {
    struct Rules: Sendable {
        var wait: UInt64
        var sendings: Int
        var requeueDelay: UInt64
        var requeueLimit: UInt64
        /// 1.2 forgets a message after its last sending.
        var requeues: Bool
    }

    /// What a slot holds of its object.
    struct Slot: Sendable {
        var message: Message?
        var version: UInt64
        var isDelete: Bool
        /// Kept after the ack, to compare versions with; else removed.
        var stays: Bool
    }

    struct Flight: Sendable {
        let key: String
        let message: Message
        let isDelete: Bool
        let version: UInt64
        let bytes: [UInt8]
        var sendings: Int
        var due: UInt64
    }

    enum Action: Sendable {
        case send(Flight)
        case giveUp(Flight)
    }

    let rules: Rules
    private(set) var slots: [String: Slot] = [:]
    private(set) var flight: Flight?
    private var waiting: Deque<String> = []
    /// Keys that are in line, or will be as soon as their flight has ended.
    private var marked: Set<String> = []
    private var delayed: [(due: UInt64, key: String)] = []
    private var rounds: [String: Int] = [:]

    init(rules: Rules) { self.rules = rules }

    /// When `advance` has something to do again, if no one calls before.
    var deadline: UInt64? {
        let next = delayed.map(\.due).min()
        guard let flight else { return next }
        return next.map { min($0, flight.due) } ?? flight.due
    }

    /// How many keys wait, the one under way among them.
    var count: Int { waiting.count + delayed.count + (flight == nil ? 0 : 1) }

    mutating func put(_ message: Message, key: String, version: UInt64, isDelete: Bool, stays: Bool = true) {
        slots[key] = Slot(message: message, version: version, isDelete: isDelete, stays: stays)
        add(key)
    }

    private mutating func add(_ key: String) {
        guard marked.insert(key).inserted, flight?.key != key else { return }
        waiting.append(key)
    }

    /// Takes an ack; gives what it acked, if anything.
    mutating func acked(_ id: String) -> Flight? {
        guard let flight, flight.message.id == id else { return nil }
        rounds[flight.key] = nil
        if flight.isDelete || slots[flight.key]?.stays == false {
            // As CloudCore does: what was put meanwhile for a deleted object is gone with it.
            slots[flight.key] = nil
        } else if slots[flight.key]?.message?.id == flight.message.id {
            slots[flight.key]?.message = nil
        }
        land(flight.key)
        return flight
    }

    private mutating func land(_ key: String) {
        flight = nil
        if marked.contains(key) { waiting.append(key) }
    }

    /// Does what is due, and starts the next message when none is under way.
    mutating func advance(_ now: UInt64) -> [Action] {
        var actions: [Action] = []
        let due = delayed.filter { $0.due <= now }
        if !due.isEmpty {
            delayed.removeAll { $0.due <= now }
            for entry in due { add(entry.key) }
        }
        if var current = flight, current.due <= now {
            if current.sendings < rules.sendings {
                current.sendings += 1
                current.due = now + rules.wait
                flight = current
                actions.append(.send(current))
            } else {
                actions.append(.giveUp(current))
                putBack(current, now)
            }
        }
        while flight == nil, let key = waiting.popFirst() {
            marked.remove(key)
            guard let slot = slots[key], let message = slot.message else { continue }
            var bytes = MessageEncoder.encode(message)
            bytes.append(UInt8(ascii: "\n"))
            let next = Flight(
                key: key, message: message, isDelete: slot.isDelete, version: slot.version, bytes: bytes,
                sendings: 1, due: now + rules.wait)
            flight = next
            actions.append(.send(next))
        }
        return actions
    }

    private mutating func putBack(_ former: Flight, _ now: UInt64) {
        land(former.key)
        guard rules.requeues else {
            if slots[former.key]?.message?.id == former.message.id { slots[former.key] = nil }
            return
        }
        let round = rounds[former.key, default: 0]
        rounds[former.key] = round + 1
        let delay = round < 40 ? min(rules.requeueDelay << UInt64(round), rules.requeueLimit) : rules.requeueLimit
        delayed.append((now + delay, former.key))
    }

    /// The connection is gone: what was under way has to be sent again, first of all (1.2).
    mutating func rewind() {
        guard let former = flight else { return }
        flight = nil
        if marked.insert(former.key).inserted { waiting.prepend(former.key) } else { waiting.append(former.key) }
    }
}
