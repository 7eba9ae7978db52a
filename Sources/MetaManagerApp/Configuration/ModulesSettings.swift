/// The modules of the node and how they attach.
public struct ModulesSettings: Sendable, Hashable {
    /// `modules.enabled`.
    public var enabled: [String]
    /// `modules.socket.path`.
    public var socketPath: String
    /// `modules.socket.mode`.
    public var socketMode: UInt32
    /// `modules.socket.max-frame`.
    public var maxFrame: Int
    /// `modules.mailbox.messages`.
    public var mailboxMessages: Int
    /// `modules.mailbox.bytes`.
    public var mailboxBytes: Int
    /// `modules.mailbox.keep`.
    public var mailboxKeep: Duration
    /// `modules.timeout`.
    public var timeout: Duration

    init(_ values: ConfigurationValues) {
        enabled = values.list("modules.enabled")
        socketPath = values.text("modules.socket.path")
        socketMode = values.mode("modules.socket.mode")
        maxFrame = values.integer("modules.socket.max-frame")
        mailboxMessages = values.integer("modules.mailbox.messages")
        mailboxBytes = values.integer("modules.mailbox.bytes")
        mailboxKeep = values.duration("modules.mailbox.keep")
        timeout = values.duration("modules.timeout")
    }
}
