internal import Beehive

/// What was written to a module, for the case that the connection ends before it was read.
struct OutgoingLedger {
    /// Types of the objects that were told of over this connection.
    private(set) var types: Set<ResourceType> = []
    /// Writes that the kernel has not taken.
    var unwritten = 0
    /// True when the peer is known to have left something unread.
    var hasLost = false

    /// True when the module may not have seen all of `types`.
    var isUncertain: Bool { hasLost || unwritten > 0 }

    /// Notes a message that is written; answers and requests are not listed again, so they do not count.
    mutating func note(_ message: Message) {
        switch message.route.operation {
        case .insert, .update, .delete:
            // What is no resource belongs to no type.
            if let path = try? ResourcePath(parsing: message.route.resource) { types.insert(path.type) }
        default: break
        }
    }
}
