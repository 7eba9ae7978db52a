internal import Beehive
internal import HeapModule

/// What is to happen at a time, earliest first.
///
/// An entry is not taken out when its matter ends: when it comes up, whoever handles it looks whether it still holds.
struct Deadlines {
    enum Matter: Hashable {
        case remoteStale(String)
        case remoteTimeout(String)
        case localRequest(String)
        case outboxCaller(String)
        case outboxAnswer(place: Int64, connection: Int)
        case podStatusSync(Int)
        case pendingAgain(String)
        case outboxBounds
        case housekeeping
    }

    private struct Entry: Comparable {
        let ticks: UInt64
        let order: Int
        let matter: Matter

        static func < (left: Entry, right: Entry) -> Bool { (left.ticks, left.order) < (right.ticks, right.order) }
        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
    }

    private var heap = Heap<Entry>()
    private var count = 0

    /// Everything that is to happen, in that order.
    var all: [(ticks: UInt64, matter: Matter)] { heap.unordered.sorted().map { ($0.ticks, $0.matter) } }

    /// The earliest deadline, in monotonic nanoseconds.
    var next: UInt64? { heap.min?.ticks }

    mutating func add(_ matter: Matter, at moment: Moment) {
        count += 1
        heap.insert(Entry(ticks: moment.ticks, order: count, matter: matter))
    }

    /// Takes out what is due.
    mutating func due(at now: Moment) -> [Matter] {
        var due: [Matter] = []
        while let first = heap.min, first.ticks <= now.ticks {
            due.append(first.matter)
            heap.removeMin()
        }
        return due
    }
}
