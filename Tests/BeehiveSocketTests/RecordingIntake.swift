import Beehive

/// MetaManager's side for tests: keeps what modules send, and has as much room as the test says.
final class RecordingIntake: ModuleIntake {
    struct State {
        var taken: [(message: Message, module: ModuleInfo)] = []
        var room = Int.max
        var waiters: [@Sendable () -> Void] = []
        var attached: [ModuleInfo] = []
        var isClosed = false
    }

    private let state = Lock(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }
    var taken: [(message: Message, module: ModuleInfo)] { state.withLock { $0.taken } }
    var ids: [String] { state.withLock { $0.taken.map(\.message.id) } }
    var count: Int { state.withLock { $0.taken.count } }
    var attached: [ModuleInfo] { state.withLock { $0.attached } }

    /// Takes this many messages more, then is full.
    func setRoom(_ room: Int) {
        let waiters = state.withLock { state in
            state.room = room
            defer { if room > 0 { state.waiters = [] } }
            return room > 0 ? state.waiters : []
        }
        for waiter in waiters { waiter() }
    }

    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter() }
    }

    func offer(_ message: Message, from module: ModuleInfo) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.room > 0 else { return false }
            state.room -= 1
            state.taken.append((message, module))
            return true
        }
    }

    func whenRoom(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isClosed || state.room > 0 { return true }
            state.waiters.append(callback)
            return false
        }
        if isNow { callback() }
    }

    func moduleAttached(_ info: ModuleInfo) { state.withLock { $0.attached.append(info) } }

    func moduleForgotten(_ name: ModuleName) {}
}
