internal import Beehive
internal import MetaServer

/// Tells whoever watches the store of commits; the loop is made before there is anybody.
final class CommitBell: Sendable {
    private struct State {
        var hub: WatchHub?
    }

    private let state = Lock(State())

    /// Who is told from now on.
    func connect(_ hub: WatchHub) { state.withLock { $0.hub = hub } }

    /// The store is at a revision; never waits.
    func ring(_ revision: Int64) { state.withLock { $0.hub }?.committed(revision) }
}
