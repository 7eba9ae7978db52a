public import Beehive

/// MetaManager's side of a bus, as a list that a test reads and answers from.
///
/// It holds up to `capacity` messages that the test has not taken; `onOffer` may answer at once, as the real one does
/// when its loop is quicker than the sender.
public final class FakeIntake: ModuleIntake {
    /// A message and the module that sent it.
    public typealias Offer = (message: Message, module: ModuleInfo)

    private struct State {
        var waiting: [Offer] = []
        var capacity: Int
        var isClosed = false
        var callbacks: [@Sendable () -> Void] = []
        var attached: [ModuleInfo] = []
        var forgotten: [ModuleName] = []
        var onOffer: (@Sendable (Message, ModuleInfo) -> Void)?
        var onForgotten: (@Sendable (ModuleName) -> Void)?
    }

    private let state: Lock<State>

    /// Makes an empty intake.
    ///
    /// - Parameter capacity: how many messages it takes before senders wait.
    public init(capacity: Int = .max) { state = Lock(State(capacity: capacity)) }

    /// True after `close`.
    public var isClosed: Bool { state.withLock { $0.isClosed } }
    /// The messages taken in and not yet taken out.
    public var waiting: [Message] { state.withLock { $0.waiting.map(\.message) } }
    /// The modules that attached, in order.
    public var attached: [ModuleInfo] { state.withLock { $0.attached } }
    /// The modules that were forgotten, in order.
    public var forgotten: [ModuleName] { state.withLock { $0.forgotten } }
    /// How many senders wait for room.
    public var waiters: Int { state.withLock { $0.callbacks.count } }

    /// Calls back for each message, inside `offer` and before it returns.
    ///
    /// - Parameter callback: gets the message and its sender.
    public func onOffer(_ callback: @escaping @Sendable (Message, ModuleInfo) -> Void) {
        state.withLock { $0.onOffer = callback }
    }

    /// Calls back for each module that is forgotten.
    ///
    /// - Parameter callback: gets its name.
    public func onForgotten(_ callback: @escaping @Sendable (ModuleName) -> Void) {
        state.withLock { $0.onForgotten = callback }
    }

    /// Takes a message if there is room.
    public func offer(_ message: Message, from module: ModuleInfo) -> Bool {
        let (isTaken, callback) = state.withLock { state in
            guard !state.isClosed, state.waiting.count < state.capacity else { return (false, state.onOffer) }
            state.waiting.append((message, module))
            return (true, state.onOffer)
        }
        if isTaken { callback?(message, module) }
        return isTaken
    }

    /// Calls back once when there is room again, or when it was closed.
    public func whenRoom(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isClosed || state.waiting.count < state.capacity { return true }
            state.callbacks.append(callback)
            return false
        }
        if isNow { callback() }
    }

    /// Notes that a module attached.
    public func moduleAttached(_ info: ModuleInfo) { state.withLock { $0.attached.append(info) } }

    /// Notes that a module was forgotten.
    public func moduleForgotten(_ name: ModuleName) {
        let callback = state.withLock { state in
            state.forgotten.append(name)
            return state.onForgotten
        }
        callback?(name)
    }

    /// Takes out everything, and calls those who wait for room.
    ///
    /// - Returns: what modules sent, in order.
    @discardableResult
    public func takeAll() -> [Offer] {
        let (offers, callbacks) = state.withLock { state in
            defer {
                state.waiting = []
                state.callbacks = []
            }
            return (state.waiting, state.callbacks)
        }
        for callback in callbacks { callback() }
        return offers
    }

    /// Turns senders away from now on, and tells those who wait.
    public func close() {
        let callbacks = state.withLock { state in
            state.isClosed = true
            defer { state.callbacks = [] }
            return state.callbacks
        }
        for callback in callbacks { callback() }
    }
}
