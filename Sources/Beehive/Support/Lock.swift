#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A value behind a pthread mutex.
///
/// Not `Synchronization.Mutex`: the thread sanitizer reports that one falsely under contention.
///
/// The value must not be a closure itself, optional or not, nor a tuple with one: handing it to generic code and back
/// wraps it in two more thunks each time, without end. A struct that holds the closure is free of that.
public final class Lock<Value>: @unchecked Sendable {
    // `@unchecked` since the compiler cannot see what the mutex does: `value` is touched only between `pthread_mutex_lock` and `pthread_mutex_unlock`.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// Guards a value.
    ///
    /// - Parameter value: the value, handed over.
    public init(_ value: sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
            // Time-outs must not move when the wall clock is set, which edge nodes do on their first sync.
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs a short piece of work on the value; never blocks for anything but the lock.
    ///
    /// - Parameter body: the work; must not call back into this lock.
    /// - Returns: what the work gives.
    /// - Throws: what the work throws.
    public func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Wakes one thread that waits in `wait(deadline:_:)`; call it after the change, which was made under the lock.
    public func signal() {
        pthread_cond_signal(condition)
    }

    /// Wakes every thread that waits in `wait(deadline:_:)`.
    public func broadcast() {
        pthread_cond_broadcast(condition)
    }

    /// Blocks the calling thread until a condition holds; for threads of their own, never for tasks.
    ///
    /// - Parameters:
    ///   - deadline: monotonic nanoseconds at which to stop waiting, or nil to wait without end.
    ///   - attempt: called under the lock at first and after each wake-up; a value ends the wait.
    /// - Returns: what `attempt` gave, or nil at the deadline.
    public func wait<Result>(deadline: UInt64?, _ attempt: (inout Value) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = attempt(&value) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var until = timespec(
                tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT { return attempt(&value) }
        }
    }
}
