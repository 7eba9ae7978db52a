internal import Beehive
internal import MetaManager
internal import MetaStore
internal import NIOPosix

/// Has the objects of the store counted while modules are answered already: of a large store that takes long on a slow disk.
struct RowCounting {
    let loop: MetadataLoop
    let path: String
    let readers: StoreReaders
    let wake: @Sendable () -> Void
    /// A loop that is kept from its work by a disk must not keep the start waiting without end.
    private static var patience: Duration { .seconds(30) }

    /// Counts; what could not be counted at first is counted by the loop, and what it cannot count the survey will find.
    func run(on threads: NIOThreadPool, isCounted: Bool) async {
        guard !isCounted else { return }
        // A pool that has ended is a daemon that has.
        try? await threads.runIfActive { count() }
    }

    private func count() {
        let count = try? RowCount(path: path, beside: readers)
        var found: Int?
        if let count, step({ store in (try? count.begin(on: store)) != nil }) { found = try? count.finish() }
        let rows = found
        _ = step { [loop] store in
            try? store.take(rows)
            loop.publish(rows: store.rows)
            return true
        }
    }

    /// Has the loop do something, and waits for it.
    private func step(_ body: @escaping @Sendable (MetaStore) -> Bool) -> Bool {
        let result = Lock<Bool?>(nil)
        loop.maintain { store in
            let isDone = body(store)
            result.withLock { $0 = isDone }
            result.signal()
            return false
        }
        wake()
        let deadline = SystemTime().now().advanced(by: Self.patience).ticks
        return result.wait(deadline: deadline) { $0 } ?? false
    }
}
