internal import Beehive
internal import KubeAPI
internal import MetaStore

extension RecordText {
    /// Writes what a plan decides: outcome, changes, deliveries, frames, answers; no content but its kind.
    ///
    /// Ids and places stand in brackets of their own (`{"i":…}`, `{"p":…}`), since another build makes others; `=` stands
    /// for the input's own id or resource.
    mutating func decision(_ plan: Plan, of message: Message?) {
        open("{")
        member("o", plan.outcome.rawValue)
        if Self.isOwnWord(plan) { filled("r", plan.reason) }
        list("c", plan.changes) { $0.change($1, of: message) }
        list("l", plan.deliveries) { $0.delivery($1.recipient, $1.message, of: message) }
        list("f", plan.cloud) { $0.frame($1, of: message) }
        list("v", plan.verdicts) { $0.text($1.answer.word) }
        list("x", plan.outboxDropped) { text, dropped in
            text.open("[")
            text.text(dropped.kind.label)
            text.text(dropped.reason)
            text.close("]")
        }
        close("}")
    }

    /// False for a reason in the words of the cloud, who may quote what was sent to it.
    private static func isOwnWord(_ plan: Plan) -> Bool {
        plan.outcome != .completed
            || plan.reason.utf8.count <= 64
                && plan.reason.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }

    private mutating func list<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (inout RecordText, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        key(name)
        open("[")
        for element in elements { write(&self, element) }
        close("]")
    }

    private mutating func id(_ id: String, of message: Message?) {
        if id.isEmpty { return text("") }
        if id == message?.id { return text("=") }
        open("{")
        member("i", id)
        close("}")
    }

    private mutating func place(_ place: Int64) {
        open("{")
        key("p")
        number(place)
        close("}")
    }

    private mutating func resource(_ resource: String, of message: Message?) {
        // No message is about a conflict: those are kept under an id of this process's own making.
        if resource == message?.route.resource { return text("=") }
        if Redaction.type(of: resource) == WriteConflict.type { return id(resource, of: nil) }
        text(resource)
    }

    private mutating func change(_ change: StoreChange, of message: Message?) {
        open("[")
        switch change {
        case .put(let object, let row):
            text("put")
            resource(object.key, of: message)
            text(object.uid)
            text(object.version)
            number(object.origin.rawValue)
            flag(row != nil)
        case .confirm: text("confirm")
        case .adopt: text("adopt")
        case .delete(let key, let remember):
            text("delete")
            resource(key, of: message)
            flag(remember)
        case .remember(let key, let uid, let version):
            text("remember")
            resource(key, of: message)
            text(uid)
            text(version)
        case .liftTombstone(let key):
            text("lift")
            resource(key, of: message)
        case .enqueue(let entry, let lane):
            text("queue")
            id(entry.id, of: message)
            resource(entry.key, of: message)
            number(lane.rawValue)
            flag(entry.endsByAnswer)
        case .rewrite(let entry):
            text("rewrite")
            place(entry.place)
            id(entry.id, of: message)
        case .dequeue(let place):
            text("unqueue")
            self.place(place)
        case .dequeueAll(let key):
            text("unqueue-all")
            resource(key, of: message)
        case .forgetDeleted(let moment):
            text("forget")
            number(moment)
        }
        close("]")
    }

    private mutating func delivery(_ recipient: Recipient, _ delivered: Message, of message: Message?) {
        open("[")
        switch recipient {
        case .module(let name): text(name.rawValue)
        case .group(let name): text("group \(name)")
        case .everyone: text("everyone")
        }
        body(delivered, of: message)
        close("]")
    }

    private mutating func frame(_ frame: CloudFrame, of message: Message?) {
        open("[")
        switch (frame.kind, frame.body) {
        case (.outbox(let place, _), _):
            text("outbox")
            self.place(place)
        case (let kind, .message(let sent)):
            text(kind == .answer ? "answer" : kind == .request ? "request" : "report")
            body(sent, of: message)
        case (_, .frame): text("frame")
        }
        close("]")
    }

    /// Operation, resource, kind of content, what it answers, and the id where somebody may answer it.
    private mutating func body(_ sent: Message, of message: Message?) {
        text(sent.route.operation.rawValue)
        resource(sent.route.resource, of: message)
        text(sent.content.isOK ? "OK" : sent.content.kind.word)
        id(sent.header.parentID, of: message)
        if sent.header.parentID.isEmpty { id(sent.id, of: message) }
    }
}

extension LocalWrite.Answer {
    /// What became of a write, without the words.
    var word: String {
        switch self {
        case .taken: "taken"
        case .changed(let revision): "changed \(revision)"
        case .exists: "exists"
        case .absent: "absent"
        case .refused: "refused"
        case .full: "full"
        case .failed: "failed"
        }
    }
}

extension JSONKind {
    /// The kind's name.
    var word: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
