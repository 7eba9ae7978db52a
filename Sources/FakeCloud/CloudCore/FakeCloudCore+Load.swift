public import Beehive

/// Loads of a test's own, with more under way than CloudCore has, and without records: for measuring.
extension FakeCloudCore {
    /// Takes an answer of a node: gives what is sent to it in return, or nil when the answer is none of its business.
    ///
    /// Called on the cloud's thread.
    public typealias AnswerTap = @Sendable (Message) -> [[UInt8]]?

    /// Hands the nodes' answers to somebody before the cloud itself looks at them.
    ///
    /// - Parameter tap: takes them; nil for the cloud alone.
    /// - Throws: when the cloud was stopped.
    public func tapAnswers(_ tap: AnswerTap?) async throws { try await onLoop { $0.answerTap = tap } }

    /// Sends raw text messages, all at once.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - frames: makes their payloads; called on the cloud's thread.
    /// - Throws: when the node is away, or the cloud was stopped.
    public func send(to node: String, _ frames: @escaping @Sendable () -> [[UInt8]]) async throws {
        try await onLoop { hub in
            guard let connection = hub.node(node).connection else {
                throw FakeCloudError(description: "\(node) is not connected")
            }
            for frame in frames() { connection.put(frame) }
            connection.flush()
        }
    }
}
