internal import Beehive
internal import MetaManager

/// What others want of the source's thread.
final class DirectoryControl: Sendable {
    private struct State {
        var frames: [CloudFrame] = []
        var isStopped = false
        var hasRoom = false
        var report = DirectoryReport()
    }

    private let state = Lock(State())
    let signal = WakeSignal()

    /// Hands frames over.
    ///
    /// They are bounded by what the planner may have on its way: the credit for entries of the
    /// outbox, one request for each waiting caller, one acknowledgement for each frame of ours.
    func add(_ frames: [CloudFrame]) {
        state.withLock { $0.frames += frames }
        signal.wake()
    }

    func takeFrames() -> [CloudFrame] {
        state.withLock { state in
            defer { state.frames = [] }
            return state.frames
        }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        state.signal()
        signal.wake()
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    var report: DirectoryReport {
        get { state.withLock { $0.report } }
        set { state.withLock { $0.report = newValue } }
    }

    /// Puts an input in, blocking the source's own thread while there is no room.
    ///
    /// - Returns: false when the inbox was closed or the source stopped.
    func send(_ input: Input, to inbox: Inbox<Input>) -> Bool {
        while !inbox.offer(input) {
            if inbox.isClosed { return false }
            state.withLock { $0.hasRoom = false }
            inbox.whenRoom { [self] in
                state.withLock { $0.hasRoom = true }
                state.signal()
            }
            _ = state.wait(deadline: nil) { $0.hasRoom || $0.isStopped ? true : nil }
            if isStopped { return false }
        }
        return true
    }
}
