internal import Beehive
internal import MetaStore

extension RecordText {
    /// Writes all that a planner knows beside the store, so that a replay can begin here.
    mutating func planner(_ planner: Planner, depth: OutboxDepth, _ redaction: Redaction) {
        let state = planner.state
        open("{")
        key("settings")
        settings(planner.settings)
        if let connection = state.connection {
            key("connection")
            number(connection)
        }
        key("modules")
        open("[")
        for module in state.modules.values.sorted(by: { $0.name < $1.name }) { self.module(module) }
        close("]")
        remote(state.remote, redaction)
        local(state.local, redaction)
        outbox(state.outbox)
        deadlines(state.deadlines)
        texts("fresh", state.writes.fresh)
        if let sizes = state.writes.sizes {
            key("sizes")
            open("[")
            for (key, size) in sizes.sorted(by: { $0.key < $1.key }) {
                text(key)
                number(size)
            }
            close("]")
        }
        key("generation")
        number(state.syncGeneration)
        if let undelivered = state.undelivered {
            key("undelivered")
            open("[")
            number(undelivered.lowerBound)
            number(undelivered.upperBound)
            close("]")
        }
        texts("redelivered", state.redelivered)
        texts("owed", state.owed)
        key("depth")
        open("[")
        number(depth.states)
        number(depth.facts)
        close("]")
        close("}")
    }

    private mutating func texts(_ name: StaticString, _ texts: some Sequence<String>) {
        let texts = texts.sorted()
        guard !texts.isEmpty else { return }
        list(name, texts)
    }

    private mutating func list(_ name: StaticString, _ texts: some Sequence<String>) {
        key(name)
        open("[")
        for text in texts { self.text(text) }
        close("]")
    }

    private mutating func caller(_ caller: Caller) {
        open("{")
        key("module")
        module(caller.module)
        member("id", caller.id)
        route(caller.route)
        close("}")
    }

    private mutating func remote(_ remote: RemoteLedger, _ redaction: Redaction) {
        guard !remote.requests.isEmpty else { return }
        key("remote")
        open("[")
        for request in remote.requests.values.sorted(by: { ($0.asked, $0.message.id) < ($1.asked, $1.message.id) }) {
            open("{")
            key("frame")
            message(request.message, redaction)
            if let path = request.path { member("path", path.key) }
            member("key", request.key)
            key("flight")
            flag(request.flight != nil)
            key("asked")
            number(request.asked)
            key("callers")
            open("[")
            for caller in request.callers { self.caller(caller) }
            close("]")
            close("}")
        }
        close("]")
    }

    private mutating func local(_ local: LocalLedger, _ redaction: Redaction) {
        if !local.requests.isEmpty {
            key("local")
            open("[")
            for (id, asker) in local.requests.sorted(by: { $0.key < $1.key }) {
                open("{")
                member("id", id)
                switch asker {
                case .module(let caller):
                    key("caller")
                    self.caller(caller)
                case .cloud(let message):
                    key("frame")
                    self.message(message, redaction)
                }
                close("}")
            }
            close("]")
        }
        if !local.ended.isEmpty { list("ended", local.ended) }
    }

    private mutating func outbox(_ outbox: OutboxLedger) {
        key("outbox")
        open("{")
        key("credit")
        number(outbox.credit)
        key("work")
        flag(outbox.mayHaveWork)
        key("sent")
        open("[")
        for sent in outbox.sent.values.sorted(by: { $0.place < $1.place }) {
            open("[")
            number(sent.place)
            text(sent.id)
            text(sent.key)
            flag(sent.endsByAnswer)
            number(sent.attempts)
            close("]")
        }
        close("]")
        key("cursors")
        open("[")
        var ledger = outbox
        for lane in OutboxLane.allCases { number(ledger.cursor(lane)) }
        close("]")
        texts("over", outbox.passedOver)
        texts("parked", outbox.parked)
        list("ready", outbox.ready)
        key("waiting")
        open("[")
        for (entry, callers) in outbox.waiting.callers.sorted(by: { $0.key < $1.key }) {
            open("{")
            member("entry", entry)
            key("callers")
            open("[")
            for caller in callers { self.caller(caller) }
            close("]")
            close("}")
        }
        close("]")
        close("}")
    }

    private mutating func deadlines(_ deadlines: Deadlines) {
        key("deadlines")
        open("[")
        for (ticks, matter) in deadlines.all {
            open("[")
            number(ticks)
            switch matter {
            case .remoteStale(let id): pair("stale", id)
            case .remoteTimeout(let id): pair("timeout", id)
            case .localRequest(let id): pair("local", id)
            case .outboxCaller(let id): pair("caller", id)
            case .outboxAnswer(let place, let connection):
                text("answer")
                number(place)
                number(connection)
            case .podStatusSync(let generation):
                text("podstatus")
                number(generation)
            case .pendingAgain(let key): pair("again", key)
            case .outboxBounds: text("bounds")
            case .housekeeping: text("housekeeping")
            }
            close("]")
        }
        close("]")
    }

    private mutating func pair(_ word: String, _ id: String) {
        text(word)
        text(id)
    }
}
