internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Stored objects for the console: which there are, and one of them with its secrets hidden.
enum ConsoleObjects {
    /// How many types are told.
    private static let types = 200
    /// The longest key that can be asked for; longer ones are named, cut, and not opened.
    static let longestKey = 1024
    /// The most bytes of YAML.
    static let textLimit = 256 << 10
    /// How many messages about an object are told.
    private static let messages = 30

    /// The types with their counts, and the objects that a search finds.
    static func list(
        type: String?, search text: String, in view: StoreTransaction, now: Int64
    ) throws(StoreError) -> JSONValue {
        let types = try view.types().prefix(types)
        var counts: [JSONValue] = []
        for type in types {
            counts.append([
                "type": JSONValue(text: OneLine.of(type.rawValue, limit: 200)),
                "count": JSONValue(integer: try view.mark(ofType: type).count),
            ])
        }
        var search = ConsoleSearch(text)
        for type in type.map({ [ResourceType($0)] }) ?? Array(types) {
            try view.forEachKey(ofType: type) { search.look(at: $0) }
        }
        var items: [JSONValue] = []
        for key in search.found {
            guard let head = try view.head(key) else { continue }
            items.append(item(key, head, now: now))
        }
        return [
            "types": .array(counts), "items": .array(items), "matches": JSONValue(integer: search.matches),
        ]
    }

    private static func item(_ key: String, _ head: ObjectHead, now: Int64) -> JSONValue {
        let path = try? ResourcePath(parsing: key)
        let isLong = key.utf8.count > longestKey
        return [
            "key": isLong ? .null : JSONValue(text: key),
            "type": JSONValue(text: OneLine.of(path?.type.rawValue ?? "", limit: 200)),
            "namespace": JSONValue(text: OneLine.of(path?.namespace ?? "", limit: 253)),
            "name": JSONValue(text: OneLine.of(path?.id ?? key, limit: 253)),
            "revision": JSONValue(integer: head.revision), "origin": JSONValue(text: word(head.origin)),
            "age": age(head, now: now),
        ]
    }

    /// One object; nil when it is not stored.
    static func object(
        _ key: String, sealed: Set<ResourceType>, decisions: [Decision], in view: StoreTransaction, now: Int64
    ) throws(StoreError) -> JSONValue? {
        guard var row = try view.withFaults.object(key) else { return nil }
        if row.fault == nil { row = try Overlay.shown(row, in: view.withFaults) }
        let related = relatedKeys(of: row)
        let text = yaml(row, sealed: sealed)
        var waiting: [JSONValue] = []
        for about in related {
            for entry in try view.outbox(about: about).prefix(32) {
                waiting.append([
                    "id": JSONValue(text: entry.id), "class": JSONValue(text: entry.kind.label),
                    "key": JSONValue(text: OneLine.of(entry.key, limit: 300)),
                    "age": JSONValue(integer: max(0, now - entry.created) / 1000),
                ])
            }
        }
        let about = decisions.filter { $0.route.map { related.contains($0.resource) } ?? false }.suffix(messages)
        return [
            "key": JSONValue(text: row.key), "type": JSONValue(text: row.type.rawValue),
            "version": JSONValue(text: OneLine.of(row.head.version, limit: 100)),
            "uid": JSONValue(text: OneLine.of(row.head.uid, limit: 100)),
            "revision": JSONValue(integer: row.head.revision), "origin": JSONValue(text: word(row.head.origin)),
            "age": age(row.head, now: now), "stored": Timestamp.json(row.head.stored),
            "error": JSONValue(text: OneLine.of(row.fault?.description ?? "", limit: 1000)),
            "yaml": JSONValue(text: text.text), "cut": .bool(text.isCut), "masked": .bool(text.isMasked),
            "waiting": .array(waiting), "messages": .array(about.map(ConsoleDocument.message)),
        ]
    }

    /// The keys under which messages speak of an object: its own, and those of what lies over it.
    private static func relatedKeys(of row: StoredObject) -> Set<String> {
        guard let path = try? ResourcePath(parsing: row.key), path.namesOne else { return [row.key] }
        let types: [ResourceType] =
            switch row.type {
            case .pod: [.podStatus, .podPatch]
            case .node: [.nodeStatus, .nodePatch]
            default: []
            }
        return Set(types.map { path.with(type: $0).key } + [row.key])
    }

    private static func yaml(
        _ row: StoredObject, sealed: Set<ResourceType>
    ) -> (text: String, isCut: Bool, isMasked: Bool) {
        guard row.fault == nil else { return ("", false, false) }
        // A row taken over from another program may hold anything.
        let tree = (try? JSONValue(parsing: row.value)) ?? JSONValue(text: String(decoding: row.value, as: UTF8.self))
        let masked = SecretMask.apply(to: tree, type: row.type, key: row.key, sealed: sealed)
        let bytes = YAMLText.bytes(masked.value)
        let text = String(decoding: bytes.prefix(textLimit), as: UTF8.self)
        return (text, bytes.count > textLimit, masked.isMasked)
    }

    private static func age(_ head: ObjectHead, now: Int64) -> JSONValue {
        JSONValue(integer: max(0, now - max(head.stored, head.confirmed)) / 1000)
    }

    private static func word(_ origin: ObjectOrigin) -> String {
        switch origin {
        case .delivered: "delivered"
        case .cached: "cached"
        case .local: "local"
        case .takenOver: "taken-over"
        }
    }
}
