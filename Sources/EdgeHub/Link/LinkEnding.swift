internal import Beehive

/// Why a connection ended: the first word counts, what follows from it does not.
final class LinkEnding: Sendable {
    private let first = Lock<LinkFault?>(nil)

    func say(_ fault: LinkFault) { first.withLock { if $0 == nil { $0 = fault } } }

    var fault: LinkFault? { first.withLock { $0 } }
}
