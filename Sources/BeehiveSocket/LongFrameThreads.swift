internal import Beehive
internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Threads that write long frames: one for each frame on its way, and none while there are none.
///
/// Bound: `maximum` threads, and one frame for each connection; frames beyond wait in order.
final class LongFrameThreads: Sendable {
    /// Called on a thread with true, or with false when nothing is to be written any more.
    typealias Work = @Sendable (Bool) -> Void

    private struct Job {
        let work: Work
    }

    private struct State {
        var running = 0
        var waiting = CircularBuffer<Job>()
        var isStopping = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiting() -> CircularBuffer<Job> {
            defer { waiting = [] }
            return waiting
        }
    }

    private let maximum: Int
    private let state = Lock(State())

    /// How many threads there are.
    var running: Int { state.withLock { $0.running } }

    init(maximum: Int) { self.maximum = max(1, maximum) }

    /// Has work done on a thread; at once, and without it, when the server stops.
    func submit(_ work: @escaping Work) {
        enum Next {
            case nothing, thread, refusal
        }
        let next = state.withLock { state -> Next in
            if state.isStopping { return .refusal }
            state.waiting.append(Job(work: work))
            guard state.running < maximum else { return .nothing }
            state.running += 1
            return .thread
        }
        switch next {
        case .nothing: return
        case .refusal: return work(false)
        case .thread: break
        }
        guard !startThread() else { return }
        // The system gives no thread: those there are go on with it, and if there is none it cannot be done.
        let given = state.withLock { state -> CircularBuffer<Job> in
            state.running -= 1
            return state.running == 0 ? state.takeWaiting() : []
        }
        for job in given { job.work(false) }
    }

    /// Ends the waits: what is on its way ends with its channel, the rest is not begun.
    func stop() async {
        let waiting = state.withLock { state in
            state.isStopping = true
            return state.takeWaiting()
        }
        for job in waiting { job.work(false) }
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.running > 0 { state.whenIdle.append(continuation) }
                return state.running == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    private func startThread() -> Bool {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LongFrameThreads>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context)
        guard result == 0 else {
            Unmanaged<LongFrameThreads>.fromOpaque(context).release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// What a thread does: a job after the other while some wait.
    private func work() {
        while true {
            let (job, idle) = state.withLock { state -> (Job?, [CheckedContinuation<Void, Never>]) in
                if let job = state.waiting.popFirst() { return (job, []) }
                state.running -= 1
                guard state.running == 0 else { return (nil, []) }
                defer { state.whenIdle = [] }
                return (nil, state.whenIdle)
            }
            guard let job else {
                for continuation in idle { continuation.resume() }
                return
            }
            job.work(true)
        }
    }
}
