/// MetaManager's side of the bus: takes what modules send, in one order.
public protocol ModuleIntake: Sendable {
    /// True when nothing is taken any more.
    var isClosed: Bool { get }

    /// Takes a message if there is room.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - module: who sends it.
    /// - Returns: false when it is full or closed; the message was not taken.
    func offer(_ message: Message, from module: ModuleInfo) -> Bool

    /// Calls back once when there is room again, or when it was closed.
    ///
    /// - Parameter callback: may be called from any thread.
    func whenRoom(_ callback: @escaping @Sendable () -> Void)

    /// A module attached, or came back.
    ///
    /// - Parameter info: who it is.
    func moduleAttached(_ info: ModuleInfo)

    /// A module stayed away so long that its mailbox was dropped.
    ///
    /// - Parameter name: the module.
    func moduleForgotten(_ name: ModuleName)
}
