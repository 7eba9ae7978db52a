public import Beehive

/// Takes the modules' messages into the loop's inbox.
public struct Intake: ModuleIntake {
    private let inbox: Inbox<Input>

    /// Makes an intake.
    ///
    /// - Parameter inbox: the loop's inbox.
    public init(_ inbox: Inbox<Input>) { self.inbox = inbox }

    /// True when the loop has stopped.
    public var isClosed: Bool { inbox.isClosed }

    /// Takes a message if there is room.
    public func offer(_ message: Message, from module: ModuleInfo) -> Bool {
        inbox.offer(.fromModule(message, module))
    }

    /// Calls back once when there is room.
    public func whenRoom(_ callback: @escaping @Sendable () -> Void) { inbox.whenRoom(callback) }

    /// A module attached, or came back.
    public func moduleAttached(_ info: ModuleInfo) { inbox.insist(.attached(info)) }

    /// A module stayed away for too long.
    public func moduleForgotten(_ name: ModuleName) { inbox.insist(.forgotten(name)) }
}
