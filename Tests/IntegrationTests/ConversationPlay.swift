import Beehive
import BeehiveSocket
import FakeCloud
import Testing

/// Plays a recording: the cloud's frames by the cloud, the edge's requests by a module; what the node does in between is
/// its own, and is compared with the recorded edge.
struct ConversationPlay {
    let recording: ConversationRecording
    let node: ConversationNode
    /// Called before what an event tells of; true: the event is dealt with.
    var onEvent: (String) async throws -> Bool = { _ in false }

    /// Ids of recorded requests, and what the node made of them.
    private var ids: [String: String] = [:]
    private var used: Set<String> = []
    private var arrivals: [String: Int] = [:]
    private var pushed: [Message] = []
    private let answers = Lock<[String: Result<Message, any Error>]>([:])

    init(_ recording: ConversationRecording, on node: ConversationNode) {
        self.recording = recording
        self.node = node
    }

    /// Plays to the end, and checks all that holds for every recording.
    mutating func run() async throws {
        var play = self
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, line) in play.recording.lines.enumerated() {
                switch line {
                case .event(let what): try await play.take(event: what, isLast: index > play.recording.lastFrame)
                case .up(let message): try await play.take(request: message, in: &group)
                case .down(let message, let bytes, let fragments):
                    try await play.take(push: message, bytes, fragments)
                }
            }
            try await group.waitForAll()
        }
        try await play.node.pass("end")
        play.checkAcks()
        play.checkRequests()
        self = play
    }

    private mutating func take(event: String, isLast: Bool) async throws {
        if try await onEvent(event) { return }
        guard !isLast, event.hasPrefix("connection ended") else { return }
        try await reconnect()
    }

    /// Cuts as CloudCore does, and waits until the node is back and has said so first.
    func reconnect() async throws {
        let start = node.cloud.nextNumber
        try await node.cloud.cut(ConversationNode.name, isReset: false)
        _ = try await node.cloud.wait(for: "the node's return", of: ConversationNode.name, from: start) { frame in
            if case .connected = frame.event { return true }
            return false
        }
        let first = try await node.cloud.wait(for: "a first frame", from: start) {
            $0.direction == .up && $0.message != nil
        }
        #expect(first.message?.route.operation == .keepalive, "\(first)")
    }

    // MARK: Up

    private mutating func take(request: Message, in group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let operation = request.route.operation
        guard operation != .keepalive, !operation.isAnswer, request.route.source == .edged else { return }
        let client = try node.client(.edged)
        let sent = client.message(operation, request.route.resource, content: request.content)
        let goesUp = goesUp(request)
        if operation != .query, request.route.resource.contains("/event/") {
            try await client.send(sent)
        } else {
            let (answers, id) = (answers, request.id)
            group.addTask {
                do {
                    let answer = try await client.request(sent, within: .seconds(90))
                    answers.withLock { $0[id] = .success(answer) }
                } catch {
                    answers.withLock { $0[id] = .failure(error) }
                }
            }
        }
        guard goesUp else {
            let answer = try await answer(to: request)
            #expect(answer.header.parentID == sent.id, "\(request.short)")
            #expect(operation == .query || answer.route.operation == .error, "\(request.short)")
            return
        }
        let (used, content) = (used, request.content)
        let frame = try await node.cloud.wait(for: "\(request.short) of edged", of: ConversationNode.name) { frame in
            guard frame.isRequest, let message = frame.message, !used.contains(message.id) else { return false }
            guard message.route.source != .resync else { return false }
            return message.route.operation == operation && message.route.resource == request.route.resource
                && message.content == content
        }
        let arrived = try #require(frame.message)
        #expect(arrived.route == request.route, "\(request.short)")
        #expect(!arrived.header.sync && arrived.header.parentID.isEmpty, "\(request.short)")
        ids[request.id] = arrived.id
        self.used.insert(arrived.id)
    }

    /// Not for the cloud are lists, types that a cloud does not answer for, and what is stored already.
    private func goesUp(_ request: Message) -> Bool {
        // What is no patch is refused here; a patch of JSON that does not fit is for the cloud to judge.
        if request.route.operation == .patch, let text = request.content.string {
            return (try? JSONValue(parsing: Bytes(text.utf8))) != nil
        }
        guard request.route.operation == .query, request.route.resource != SpecialResource.clusterCA else {
            return true
        }
        guard let path = try? ResourcePath(parsing: request.route.resource), !path.id.isEmpty else { return false }
        switch path.type {
        case .lease, .volumeAttachment, .certificateSigningRequest, .serviceAccountToken: return true
        case .configMap, .secret, .persistentVolume, .persistentVolumeClaim, .node:
            let last = pushed.last { $0.route.resource == path.key && $0.isObject }
            return last == nil || last?.route.operation == .delete
        default: return false
        }
    }

    /// What the module was answered.
    private func answer(to request: Message) async throws -> Message {
        try await node.until("an answer to \(request.short)") { answers.withLock { $0[request.id] != nil } }
        guard let answer = answers.withLock({ $0[request.id] }) else { throw CancellationError() }
        return try answer.get()
    }

    // MARK: Down

    private mutating func take(push message: Message, _ bytes: [UInt8], _ fragments: [Int]) async throws {
        var bytes = bytes
        let parent = message.header.parentID
        if let made = ids[parent] { bytes.replace(Array(parent.utf8), with: Array(made.utf8)) }
        try await send(bytes, fragments)
        arrivals[message.id, default: 0] += 1
        pushed.append(message)
        guard message.needsAck else { return try await checkAnswer(message) }
        let wanted = arrivals[message.id] ?? 1
        try await node.until("ack \(wanted) of \(message.short)") {
            node.answers(to: message.id).count { $0.route.operation == .response } >= wanted
        }
        try await checkRow(message)
        try await checkAnswer(message)
    }

    private func send(_ bytes: [UInt8], _ fragments: [Int]) async throws {
        guard fragments.reduce(0, +) == bytes.count else {
            #expect(fragments.isEmpty, "the recorded fragments are not the frame")
            return try await node.cloud.send(bytes, to: ConversationNode.name)
        }
        var rest = bytes[...]
        for (index, size) in fragments.enumerated() {
            try await node.cloud.sendFrame(
                Array(rest.prefix(size)), opcode: index == 0 ? 1 : 0, isFinal: index == fragments.count - 1,
                to: ConversationNode.name)
            rest = rest.dropFirst(size)
        }
    }

    /// The module that asked has what the cloud answered.
    private func checkAnswer(_ message: Message) async throws {
        guard ids[message.header.parentID] != nil,
            let request = recording.lines.compactMap({ line -> Message? in
                if case .up(let up) = line, up.id == message.header.parentID { return up }
                return nil
            }).first
        else { return }
        let answer = try await answer(to: request)
        let hint: Comment = "\(request.short)"
        if request.route.operation == .update, !request.route.resource.contains("/lease/") {
            // Told as soon as it was stored; the cloud's answer ends the outbox entry.
            #expect(answer.route.operation == .response && answer.content.isOK, hint)
        } else if let status = message.tree?["ErrStatus"] {
            #expect(answer.route.operation == .error, hint)
            let text = answer.content.string ?? ""
            #expect(text.contains(status["message"]?.text ?? "?"), "\(request.short): \(text)")
        } else {
            #expect(answer.route.operation == .response && answer.tree == message.tree, hint)
        }
    }

    /// Acked is stored: a query that comes after the ack finds it.
    private func checkRow(_ message: Message) async throws {
        let kinds = ["/pod/", "/configmap/", "/secret/", "/serviceaccountaccess/", "/device/", "/devicemodel/"]
        guard kinds.contains(where: { message.route.resource.contains($0) }), message.route.operation != .delete,
            !(message.tree?["metadata"]?["resourceVersion"]?.text ?? "").isEmpty
        else { return }
        let row = try await node.stored(message.route.resource)
        let have = Int(row?["metadata"]?["resourceVersion"]?.text ?? "") ?? 0
        let want = Int(message.tree?["metadata"]?["resourceVersion"]?.text ?? "") ?? 0
        #expect(have >= want, "\(message.short): \(have), not \(want)")
    }

    // MARK: At the end

    private func checkAcks() {
        for (id, count) in arrivals {
            guard let message = pushed.first(where: { $0.id == id }) else { continue }
            let answers = node.answers(to: id)
            let acks = answers.count { $0.route.operation == .response }
            #expect(message.needsAck ? acks == count : acks <= count, "\(message.short): \(acks) acks of \(count)")
            #expect(answers.allSatisfy { $0.route.operation == .response }, "\(message.short)")
            for ack in answers {
                var route = message.route
                route.operation = .response
                #expect(ack.route == route && ack.content.isOK, "\(message.short): \(ack.route)")
            }
        }
    }

    /// Nothing went up that the recorded edge did not send.
    private func checkRequests() {
        let more = node.cloud.requests(of: ConversationNode.name).filter {
            !used.contains($0.id) && $0.route.source != .resync && !$0.route.resource.hasPrefix("mark/")
        }
        #expect(more.isEmpty, "\(more.map(\.short))")
    }
}

extension Message {
    /// True for what leaves an object in the store, or takes it away.
    fileprivate var isObject: Bool { content.sketch.metadata.isPresent || route.operation == .delete }
}
