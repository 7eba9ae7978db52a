internal import Beehive
internal import MetaStore

/// Work on the store that is no input: done a step at a time, between batches, by the loop that owns the store.
final class Maintenance: Sendable {
    /// One step; false when nothing is left to do.
    typealias Work = @Sendable (MetaStore) -> Bool

    private let work = Lock<[Work]>([])

    /// True when the loop must not sleep.
    var isPending: Bool { work.withLock { !$0.isEmpty } }

    func add(_ new: @escaping Work) { work.withLock { $0.append(new) } }

    /// Does one step of the first work.
    func step(_ store: MetaStore) {
        guard let first = work.withLock({ $0.first }) else { return }
        if !first(store) { work.withLock { _ = $0.removeFirst() } }
    }
}
