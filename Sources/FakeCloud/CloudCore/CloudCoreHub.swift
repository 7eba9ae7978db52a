internal import Beehive
internal import NIOCore

/// All of the cloud that lives on its event loop: sessions, queues, objects, rules.
final class CloudCoreHub {
    typealias Rule = @Sendable (_ node: String, _ message: Message) -> [Message]?

    let loop: any EventLoop
    let settings: FakeCloudCore.Settings
    let journal: CloudCoreJournal
    let decoder = MessageDecoder(maximumBytes: 1 << 30)
    var nodes: [String: CloudNode] = [:]
    var cluster: ClusterState
    /// Which nodes have, or had, a pod that refers to a config map or secret.
    var users: [ObjectKey: Set<String>] = [:]
    var rules: [Rule] = []
    /// Who takes the answers to a load of a test's own.
    var answerTap: FakeCloudCore.AnswerTap?
    var ids: MessageIDSource
    var dynamic: DynamicController
    /// The faults of nodes that were never seen.
    var template = NodeFaults()
    /// The status that answers each https request.
    var httpsRefusal: Int?
    /// Every open TCP connection, with a session or without.
    var gates: [ObjectIdentifier: ByteGate] = [:]

    init(loop: any EventLoop, settings: FakeCloudCore.Settings, journal: CloudCoreJournal) {
        self.loop = loop
        self.settings = settings
        self.journal = journal
        ids = settings.seed.map { MessageIDSource(seed: $0) } ?? MessageIDSource()
        cluster = ClusterState(ids: settings.seed.map { MessageIDSource(seed: $0 &+ 1) } ?? MessageIDSource())
        cluster.version = settings.firstVersion
        dynamic = DynamicController(isOn: settings.hasDynamicController)
    }

    var isClassic: Bool { settings.generation == .classic }

    /// The loop's clock in nanoseconds.
    var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    func tell(_ line: @autoclosure () -> String) {
        if let onEvent = settings.onEvent { onEvent(line()) }
    }

    func node(_ name: String) -> CloudNode {
        if let node = nodes[name] { return node }
        let rules = AckLine.Rules(
            wait: settings.ackWait.nanoseconds, sendings: settings.sendings,
            requeueDelay: settings.requeueDelay.nanoseconds, requeueLimit: settings.requeueLimit.nanoseconds,
            requeues: !isClassic)
        let node = CloudNode(name: name, rules: rules, faults: template)
        nodes[name] = node
        return node
    }

    /// The nodes meant by a name, or all.
    func chosen(_ name: String?) -> [CloudNode] { name.map { [node($0)] } ?? Array(nodes.values) }

    // MARK: Sessions

    func refusal(of name: String) -> Int? { nodes[name]?.faults.refusal ?? template.refusal }

    func opened(_ connection: CloudCoreConnection) {
        let sessions = nodes.values.count { $0.connection != nil }
        guard !connection.node.isEmpty, nodes[connection.node]?.connection != nil || sessions < settings.nodeLimit
        else { return tell("a connection of '\(connection.node)' has no session") }
        let node = node(connection.node)
        let former = node.connection
        node.connections += 1
        connection.number = node.connections
        node.connection = connection
        former?.end()
        if former != nil { left(node) }
        if let budget = node.faults.budget { connection.gate.cut(after: budget) }
        node.faults.budget = nil
        connection.setWithholdingPongs(node.faults.isWithholdingPongs)
        journal.record(
            node: node.name, connection: connection.number, .up, .connected, connection.certificate)
        tell("\(node.name) connected" + (former == nil ? "" : ", which ended its earlier connection"))
        connection.watchKeepalive(limit: settings.keepaliveLimit)
        annotate(node.name)
        run(node)
        if node.faults.isFrozen { connection.gate.setFrozen(true) }
    }

    func closed(_ connection: CloudCoreConnection) {
        guard connection.number > 0 else { return }
        journal.record(node: connection.node, connection: connection.number, .up, .disconnected)
        guard let node = nodes[connection.node], node.connection === connection else { return }
        node.connection = nil
        left(node)
        tell("\(node.name) disconnected")
    }

    /// A session is over: 1.23 throws its queue away, 1.2 keeps it.
    private func left(_ node: CloudNode) {
        node.faults.heldAnswers = []
        if isClassic { node.line.rewind() } else { node.line = AckLine(rules: node.line.rules) }
        node.timer?.cancel()
        node.timerDeadline = nil
    }

    func expired(_ connection: CloudCoreConnection) {
        guard let node = nodes[connection.node], node.connection === connection else { return }
        if node.faults.isFrozen {
            // A cloud that hangs counts no time.
            connection.keptAlive()
            return connection.watchKeepalive(limit: settings.keepaliveLimit)
        }
        journal.count { $0.expired += 1 }
        tell("\(connection.node) sent no keepalive")
        connection.end()
    }

    // MARK: Reading

    func record(
        _ connection: CloudCoreConnection, _ direction: CloudCoreFrame.Direction, _ event: CloudCoreFrame.Event,
        _ bytes: Bytes = []
    ) {
        guard connection.number > 0 else { return }
        journal.record(node: connection.node, connection: connection.number, direction, event, bytes)
    }

    func received(_ bytes: Bytes, from connection: CloudCoreConnection) {
        // Read, and no more, without a session.
        guard connection.number > 0, let node = nodes[connection.node], node.connection === connection else { return }
        do throws(DecodeError) {
            let message = try decoder.decode(bytes)
            if message.route.operation.isAnswer, let frames = answerTap?(message) {
                // They leave together when all that came has been read.
                for frame in frames { connection.put(frame) }
                return
            }
            record(connection, .up, .message(message), bytes)
            received(message, of: node)
        } catch {
            record(connection, .up, .garbage, bytes)
            // An object without a header does no harm; anything else ends the connection.
            if error.code != .noID { connection.end() }
        }
    }

    private func received(_ message: Message, of node: CloudNode) {
        switch message.route.operation {
        case .keepalive: node.connection?.keptAlive()
        case .response: acked(message.header.parentID, by: node)
        case .error: tell("\(node.name) reported an error about \(message.route.resource)")
        default:
            for rule in rules {
                guard let answers = rule(node.name, message) else { continue }
                for answer in answers { reply(answer, to: node) }
                return
            }
            handle(message, of: node)
        }
    }

    private func acked(_ id: String, by node: CloudNode) {
        if node.faults.acksToDrop > 0, node.line.flight?.message.id == id {
            node.faults.acksToDrop -= 1
            return journal.count { $0.dropped += 1 }
        }
        guard let flight = node.line.acked(id) else { return }
        let resource = flight.message.route.resource
        journal.record(
            AckLatency(
                node: node.name, id: id, resource: resource, nanoseconds: SystemTime.ticks() - node.firstSent,
                sendings: flight.sendings))
        tell("\(node.name) acked \(resource) \(flight.message.header.resourceVersion)")
        noteAck(flight, of: node)
        run(node)
    }

    // MARK: Messages

    func header(parent: String = "", version: String = "") -> Header {
        Header(id: ids.next(), parentID: parent, timestamp: SystemTime().now().wall, resourceVersion: version)
    }
}
