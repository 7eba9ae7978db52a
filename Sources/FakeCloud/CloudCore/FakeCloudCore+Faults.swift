public import Beehive
internal import NIOCore
internal import NIOWebSocket

/// Faults, for one node or for all: those known now and those that come later.
extension FakeCloudCore {
    /// What becomes of a message to a node.
    public enum Delivery: Sendable {
        /// It is sent.
        case send
        /// It is lost.
        case drop
        /// It is sent so often.
        case times(Int)
        /// It is sent later, and so behind others.
        case delay(Duration)
    }

    /// Cuts connections without a word.
    ///
    /// - Parameters:
    ///   - node: the node; all if nil.
    ///   - isReset: whether with a TCP reset.
    /// - Throws: when the cloud was stopped.
    public func cut(_ node: String? = nil, isReset: Bool = true) async throws {
        try await onLoop { hub in
            for node in hub.chosen(node) { node.connection?.end(isReset: isReset) }
        }
    }

    /// Cuts a connection after so many more bytes to the node, in the middle of a frame; the next one if none is open.
    ///
    /// - Parameters:
    ///   - bytes: how many bytes still go out, TLS's own among them.
    ///   - node: the node.
    /// - Throws: when the cloud was stopped.
    public func cut(afterBytes bytes: Int, to node: String) async throws {
        try await onLoop { hub in
            let node = hub.node(node)
            if let connection = node.connection {
                connection.gate.cut(after: bytes)
            } else {
                node.faults.budget = bytes
            }
        }
    }

    /// Stops reading and writing, as a machine that hangs, until `unfreeze`; also connections to come.
    ///
    /// - Parameter node: the node; all if nil.
    /// - Throws: when the cloud was stopped.
    public func freeze(_ node: String? = nil) async throws { try await setFrozen(true, node) }

    /// Goes on with what waited.
    ///
    /// - Parameter node: the node; all if nil.
    /// - Throws: when the cloud was stopped.
    public func unfreeze(_ node: String? = nil) async throws { try await setFrozen(false, node) }

    private func setFrozen(_ isFrozen: Bool, _ node: String?) async throws {
        try await change(node) { node in
            node.isFrozen = isFrozen
        } then: { connection in
            if !isFrozen { connection.keptAlive() }
            connection.gate.setFrozen(isFrozen)
        }
    }

    /// Keeps pongs back, or answers the pings kept so far and each new one at once.
    ///
    /// - Parameters:
    ///   - isWithholding: whether pings go unanswered.
    ///   - node: the node; all if nil.
    /// - Throws: when the cloud was stopped.
    public func setWithholdingPongs(_ isWithholding: Bool, _ node: String? = nil) async throws {
        try await change(node) { node in
            node.isWithholdingPongs = isWithholding
        } then: { connection in
            connection.setWithholdingPongs(isWithholding)
        }
    }

    /// Loses the next acks of messages under way, so that these come again.
    ///
    /// - Parameters:
    ///   - count: how many acks.
    ///   - node: the node; so many of each if nil.
    /// - Throws: when the cloud was stopped.
    public func dropNextAcks(_ count: Int, of node: String? = nil) async throws {
        try await change(node) { $0.acksToDrop = count }
    }

    /// Decides over each message to a node: lost, late, or twice.
    ///
    /// - Parameters:
    ///   - node: the node; all if nil.
    ///   - filter: called on the cloud's thread; nil sends all again.
    /// - Throws: when the cloud was stopped.
    public func filterDown(_ node: String? = nil, _ filter: (@Sendable (Message) -> Delivery)?) async throws {
        try await change(node) { $0.filter = filter }
    }

    /// Keeps answers that need no ack until `releaseAnswers`.
    ///
    /// - Parameter node: the node; all if nil.
    /// - Throws: when the cloud was stopped.
    public func holdAnswers(_ node: String? = nil) async throws {
        try await change(node) { $0.isHoldingAnswers = true }
    }

    /// Sends the answers that were kept, and keeps no more.
    ///
    /// - Parameters:
    ///   - node: the node; all if nil.
    ///   - isReversed: whether the last goes first.
    /// - Throws: when the cloud was stopped.
    public func releaseAnswers(_ node: String? = nil, isReversed: Bool = false) async throws {
        try await onLoop { hub in
            if node == nil { hub.template.isHoldingAnswers = false }
            for node in hub.chosen(node) {
                let held = node.faults.heldAnswers
                node.faults.isHoldingAnswers = false
                node.faults.heldAnswers = []
                for message in isReversed ? held.reversed() : held { hub.transmit(message, to: node) }
            }
        }
    }

    /// Refuses upgrades, or accepts them again.
    ///
    /// - Parameters:
    ///   - status: the HTTP status, such as 401, 404, 503; nil accepts.
    ///   - node: the node; all if nil.
    /// - Throws: when the cloud was stopped.
    public func refuseUpgrades(_ status: Int?, _ node: String? = nil) async throws {
        try await change(node) { $0.refusal = status }
    }

    /// Sends raw text or bytes in one websocket message.
    ///
    /// - Parameters:
    ///   - bytes: the payload.
    ///   - node: the node; nothing happens while it is away.
    /// - Throws: when the cloud was stopped.
    public func send(_ bytes: [UInt8], to node: String) async throws {
        try await onLoop { hub in hub.node(node).connection?.send(bytes) }
    }

    /// Sends one raw websocket frame, which need not be part of anything.
    ///
    /// - Parameters:
    ///   - bytes: the payload.
    ///   - opcode: the frame's opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    ///   - isFinal: whether the message ends with it.
    ///   - node: the node; nothing happens while it is away.
    /// - Throws: when the cloud was stopped.
    public func sendFrame(_ bytes: [UInt8], opcode: Int = 1, isFinal: Bool = true, to node: String) async throws {
        try await onLoop { hub in
            guard let opcode = WebSocketOpcode(encodedWebSocketOpcode: UInt8(opcode & 15)) else { return }
            hub.node(node).connection?.send(
                frame: WebSocketFrame(fin: isFinal, opcode: opcode, data: ByteBuffer(bytes: bytes)))
        }
    }

    private func change(
        _ name: String?, _ body: @escaping @Sendable (inout NodeFaults) -> Void,
        then act: @escaping @Sendable (CloudCoreConnection) -> Void = { _ in }
    ) async throws {
        try await onLoop { hub in
            if name == nil { body(&hub.template) }
            for node in hub.chosen(name) {
                body(&node.faults)
                if let connection = node.connection { act(connection) }
            }
        }
    }
}
