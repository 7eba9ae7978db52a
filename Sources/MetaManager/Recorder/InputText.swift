internal import Beehive
internal import KubeAPI
internal import MetaStore

extension RecordText {
    /// Writes a message as a frame, without what no decision depends on.
    mutating func message(_ message: Message, _ redaction: Redaction) {
        let header = message.header
        open("{")
        key("header")
        open("{")
        member("msg_id", header.id)
        filled("parent_msg_id", header.parentID)
        filled("resourceversion", header.resourceVersion)
        if header.sync {
            key("sync")
            raw("true".utf8)
        }
        filled("type", header.type)
        close("}")
        route(message.route)
        key("content")
        raw(redaction.content(message.content, of: message.route))
        close("}")
    }

    /// Writes a route as a member.
    mutating func route(_ route: Route) {
        key("route")
        open("{")
        filled("source", route.source.rawValue)
        filled("destination", route.destination)
        filled("group", route.group.rawValue)
        filled("operation", route.operation.rawValue)
        filled("resource", route.resource)
        close("}")
    }

    /// Writes who a module is: name, group, release.
    mutating func module(_ module: ModuleInfo) {
        open("[")
        text(module.name.rawValue)
        text(module.group.rawValue)
        text(module.release)
        close("]")
    }

    /// Writes an input as members of a line: a direction, and the frame or event.
    mutating func input(_ input: Input, _ redaction: Redaction) {
        switch input {
        case .fromCloud(let message):
            direction(#""cloud->edge""#)
            key("frame")
            self.message(message, redaction)
        case .fromModule(let message, let module):
            direction(#""edge->cloud""#)
            key("frame")
            self.message(message, redaction)
            key("from")
            self.module(module)
        default:
            member("dir", "event")
            key("event")
            open("{")
            event(input, redaction)
            close("}")
        }
    }

    /// Not escaped, as the encoder would do with the arrow.
    private mutating func direction(_ json: String) {
        key("dir")
        raw(json.utf8)
    }

    private mutating func event(_ input: Input, _ redaction: Redaction) {
        switch input {
        case .fromCloud, .fromModule: break
        case .linkUp(let connection): numbered("link up", "connection", connection)
        case .linkDown(let connection): numbered("link down", "connection", connection)
        case .attached(let module):
            member("what", "attached")
            key("module")
            self.module(module)
        case .forgotten(let name):
            member("what", "forgotten")
            member("name", name.rawValue)
        case .credit(let connection, let entries):
            numbered("credit", "connection", connection)
            key("entries")
            number(entries)
        case .confirmed(let connection, let places):
            numbered("confirmed", "connection", connection)
            key("places")
            open("[")
            for place in places { number(place) }
            close("]")
        case .tick: member("what", "tick")
        case .dropOutbox(let id):
            member("what", "drop outbox")
            filled("id", id ?? "")
        case .flushOutbox: member("what", "flush outbox")
        case .settings(let settings):
            member("what", "settings")
            key("settings")
            self.settings(settings)
        case .write(let write): self.write(write, redaction)
        }
    }

    private mutating func numbered(_ what: String, _ name: StaticString, _ value: Int) {
        member("what", what)
        key(name)
        number(value)
    }

    /// Writes the settings that decisions depend on; times in milliseconds.
    mutating func settings(_ settings: PlanningSettings) {
        open("{")
        for (name, duration) in [
            ("remote" as StaticString, settings.remoteTimeout), ("stale", settings.staleAfter),
            ("volume", settings.volumeTimeout), ("module", settings.moduleTimeout),
            ("podstatus", settings.podStatusInterval), ("age", settings.maximumAge),
            ("tombstone", settings.tombstoneAge),
        ] {
            key(name)
            number(duration.milliseconds)
        }
        key("facts")
        number(settings.maximumFacts)
        key("window")
        number(settings.outboxWindow)
        member("conflict", settings.conflictPolicy.rawValue)
        member("node", settings.nodeName)
        close("}")
    }

    private mutating func write(_ write: LocalWrite, _ redaction: Redaction) {
        member("what", "write")
        member("path", write.path.key)
        if let expected = write.expected {
            key("expected")
            number(expected)
        }
        switch write.matter {
        case .pending(let request):
            member("matter", "pending")
            key("resource")
            raw(request.resource.json.json)
            if let namespace = request.namespace { member("namespace", namespace) }
            member("name", request.name)
            member("subresource", request.subresource)
            member("caller", redaction.digest(Array(request.caller.utf8)))
            if let object = request.object { self.object(object, redaction) }
        case .settled(let object):
            member("matter", "settled")
            self.object(object, redaction)
        case .device(let object):
            member("matter", "device")
            self.object(object, redaction)
        case .deleted(let uids):
            member("matter", "deleted")
            key("uids")
            open("[")
            for uid in uids.sorted() { text(uid) }
            close("]")
        case .missing(let mark):
            member("matter", "missing")
            key("mark")
            number(mark)
        case .forgotten: member("matter", "forgotten")
        }
    }

    private mutating func object(_ object: JSONValue, _ redaction: Redaction) {
        key("object")
        raw(redaction.object(object).json)
    }
}
