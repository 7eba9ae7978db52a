internal import Beehive

/// How many may have something at the same time.
final class Places: Sendable {
    /// One place, given back when it is let go.
    private final class Place: Sendable {
        private let places: Places

        init(_ places: Places) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }
    }

    private let limit: Int
    private let taken = Lock(0)

    /// Makes so many places.
    init(_ limit: Int) { self.limit = limit }

    /// A place; nil when all are taken.
    func take() -> (any AnyObject & Sendable)? {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(self) : nil
    }
}
