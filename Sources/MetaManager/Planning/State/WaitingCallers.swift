/// Who waits for entries of the outbox to end, by the entry's id.
struct WaitingCallers {
    private(set) var callers: [String: [Caller]] = [:]
    /// About how many bytes all of them hold.
    private(set) var bytes = 0

    /// The most callers of one entry, and the most entries with callers.
    private static let maximum = 1024
    private static let maximumBytes = 16 << 20

    /// Has a caller wait; false when too many do.
    mutating func add(_ caller: Caller, for entry: String) -> Bool {
        let waiting = callers[entry]?.count ?? 0
        guard bytes < Self.maximumBytes, waiting < Self.maximum, waiting > 0 || callers.count < Self.maximum else {
            return false
        }
        callers[entry, default: []].append(caller)
        bytes += caller.cost
        return true
    }

    /// Takes out who waits for an entry.
    mutating func take(_ entry: String) -> [Caller] {
        guard let taken = callers.removeValue(forKey: entry) else { return [] }
        bytes -= taken.reduce(0) { $0 + $1.cost }
        return taken
    }

    /// Takes out everybody, by their ids.
    mutating func takeAll() -> [Caller] {
        defer { self = WaitingCallers() }
        return callers.values.joined().sorted { $0.id < $1.id }
    }

    /// Takes out one caller; nil when it waits no more.
    mutating func take(caller id: String) -> Caller? {
        for (entry, waiting) in callers {
            guard let place = waiting.firstIndex(where: { $0.id == id }) else { continue }
            callers[entry]?.remove(at: place)
            if waiting.count == 1 { callers[entry] = nil }
            bytes -= waiting[place].cost
            return waiting[place]
        }
        return nil
    }

    /// Has who waits for an entry wait for another, which took its place.
    mutating func move(from entry: String, to other: String) {
        guard let moved = callers.removeValue(forKey: entry) else { return }
        callers[other, default: []] += moved
    }
}
