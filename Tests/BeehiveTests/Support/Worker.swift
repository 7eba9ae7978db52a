import Beehive

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread of its own that gives one result: what blocks has no place on the tasks' threads.
final class Worker<Result: Sendable>: Sendable {
    private let result = Lock<Result?>(nil)

    init(_ body: @escaping @Sendable () -> Result) {
        let result = self.result
        let work = Work {
            let value = body()
            result.withLock { $0 = value }
            result.broadcast()
        }
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        pthread_attr_destroy(&attributes)
    }

    /// Waits for the result; the suite's time limit ends a wait without end.
    func join() -> Result {
        while true {
            if let value = result.wait(deadline: nil, { $0 }) { return value }
        }
    }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
