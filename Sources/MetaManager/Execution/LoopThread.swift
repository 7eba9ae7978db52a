internal import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A thread of its own for blocking work, so that the tasks' threads are never blocked.
public final class LoopThread: Sendable {
    private struct State {
        var isDone = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Of those who wait for a while only.
        var watchers: [AsyncStream<Void>.Continuation] = []
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let state = Lock(State())

    /// Makes a thread that has not started.
    public init() {}

    /// Starts the work.
    ///
    /// - Parameter body: runs to its end on the new thread.
    public func start(_ body: @escaping @Sendable () -> Void) {
        let work = Work { [state] in
            body()
            let (waiters, watchers) = state.withLock { state in
                state.isDone = true
                defer { (state.waiters, state.watchers) = ([], []) }
                return (state.waiters, state.watchers)
            }
            state.signal()
            for waiter in waiters { waiter.resume() }
            for watcher in watchers { watcher.finish() }
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(work).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
        precondition(result == 0, "the system gives no thread")
        pthread_detach(thread)
    }

    /// Blocks the calling thread until the work has ended; for programs without tasks.
    public func wait() { _ = state.wait(deadline: nil) { $0.isDone ? true : nil } }

    /// Waits until the work has ended.
    public func join() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if !state.isDone { state.waiters.append(continuation) }
                return state.isDone
            }
            if isDone { continuation.resume() }
        }
    }

    /// Waits until the work has ended, but not longer than a while.
    ///
    /// - Parameter limit: how long to wait at most.
    /// - Returns: false when the work goes on.
    @discardableResult
    public func join(within limit: Duration) async -> Bool {
        let (stream, watcher) = AsyncStream<Void>.makeStream()
        let isDone = state.withLock { state in
            if !state.isDone { state.watchers.append(watcher) }
            return state.isDone
        }
        if isDone { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in stream {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let hasEnded = await group.next() ?? false
            group.cancelAll()
            return hasEnded
        }
    }
}
