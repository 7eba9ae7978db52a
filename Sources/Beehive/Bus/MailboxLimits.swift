/// How much a queue may hold.
public struct MailboxLimits: Sendable, Hashable {
    /// The most messages.
    public var messages: Int
    /// The most bytes, counted by `Message.cost`.
    public var bytes: Int

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - messages: the most messages, at least 1.
    ///   - bytes: the most bytes; a single larger message is still taken when the queue is empty.
    public init(messages: Int = 1024, bytes: Int = 16 << 20) {
        self.messages = max(1, messages)
        self.bytes = bytes
    }
}

/// What takes the messages for a module: its mailbox, or a sink of a bench.
public protocol ModuleEndpoint: AnyObject, Sendable {
    /// Takes messages in order, without blocking.
    ///
    /// - Parameter messages: one or more.
    func deliver(_ messages: [Message])
}
