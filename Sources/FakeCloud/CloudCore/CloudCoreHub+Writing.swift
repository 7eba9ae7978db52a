internal import Beehive
internal import NIOCore

/// How messages get to a node: through its line, past its faults, onto its connection.
extension CloudCoreHub {
    /// Lets a node's line go on, and wakes up again when it has to.
    func run(_ node: CloudNode) {
        guard node.connection != nil else { return }
        let now = now
        for action in node.line.advance(now) {
            switch action {
            case .send(let flight):
                if flight.sendings > 1 {
                    journal.count { $0.resends += 1 }
                } else {
                    node.firstSent = SystemTime.ticks()
                }
                transmit(flight.message, flight.bytes, to: node)
            case .giveUp(let flight):
                journal.count { $0.givenUp += 1 }
                tell("\(node.name) does not ack \(flight.message.route.resource)")
            }
        }
        guard let deadline = node.line.deadline else { return }
        // One timer for each node; one that is set for earlier finds nothing to do and sets the next.
        if let set = node.timerDeadline, set <= deadline, set > now { return }
        node.timer?.cancel()
        node.timerDeadline = deadline
        let bound = NIOLoopBound((self, node), eventLoop: loop)
        node.timer = loop.scheduleTask(deadline: NIODeadline.uptimeNanoseconds(deadline)) {
            let (hub, node) = bound.value
            node.timerDeadline = nil
            hub.run(node)
        }
    }

    /// Sends an answer that waits for no ack.
    func reply(_ message: Message, to node: CloudNode) {
        if node.faults.isHoldingAnswers { return node.faults.heldAnswers.append(message) }
        transmit(message, to: node)
    }

    func transmit(_ message: Message, to node: CloudNode) {
        var bytes = MessageEncoder.encode(message)
        bytes.append(UInt8(ascii: "\n"))
        transmit(message, bytes, to: node)
    }

    private func transmit(_ message: Message, _ bytes: [UInt8], to node: CloudNode) {
        switch node.faults.filter?(message) ?? .send {
        case .send: write(message, bytes, to: node)
        case .drop: journal.count { $0.dropped += 1 }
        case .times(let count): for _ in 0..<count { write(message, bytes, to: node) }
        case .delay(let time):
            let bound = NIOLoopBound((self, node, node.connections), eventLoop: loop)
            _ = loop.scheduleTask(in: TimeAmount(time)) {
                let (hub, node, connections) = bound.value
                if node.connections == connections { hub.write(message, bytes, to: node) }
            }
        }
    }

    private func write(_ message: Message, _ bytes: [UInt8], to node: CloudNode) {
        guard let connection = node.connection else { return }
        record(connection, .down, .message(message), bytes.dropLast())
        connection.send(bytes)
    }
}
