import Beehive
import MetaManager
import TestKit

/// KubeEdge's two tables as dictionaries, and what messages of a cloud do to them; written from `messages.md`, shares
/// nothing with planner, store and export.
struct ClassicModel {
    struct Row: Equatable {
        var type: String
        var value: String?
    }

    struct Second: Equatable {
        var kind: String
        var namespace: String
        var name: String
        var version: String
        var value: String
    }

    /// By key.
    var meta: [String: Row] = [:]
    /// By key of `meta_v2`.
    var second: [String: Second] = [:]
    /// Versions, uids and the key in `meta_v2` of what is known of a key of `meta`.
    private var known: [String: (version: Int, uid: String)] = [:]
    private var queries: Set<String> = []
    let hasSecond: Bool

    init(hasSecond: Bool) { self.hasSecond = hasSecond }

    /// A row that stands in the file from the start.
    mutating func begin(_ key: String, _ type: String, _ value: String?) { meta[key] = Row(type: type, value: value) }

    mutating func feel(_ message: Message, fromCloud: Bool) {
        let (route, key) = (message.route, message.route.resource)
        if !fromCloud {
            if route.operation.rawValue == "query" { queries.insert(message.id) }
            return
        }
        let words = key.split(separator: "/").map(String.init)
        guard words.count == 3 else { return }
        let content = message.content
        let object = (try? JSONValue(parsing: content.json)) ?? .null
        switch route.operation.rawValue {
        case "insert", "update": store(key, words[1], object, content, isPushed: true)
        case "response":
            // An answer of the cloud to a question; other answers are `OK` or hold an object inside.
            guard queries.contains(message.header.parentID), object["metadata"] != nil else { return }
            store(key, words[1], object, content, isPushed: false)
        case "delete":
            let uid = object["metadata"]?["uid"]?.text ?? ""
            guard let old = known[key], uid.isEmpty || old.uid == uid else { return }
            meta[key] = nil
            known[key] = nil
            second = second.filter { $0.value.place != key }
        default: break
        }
    }

    private mutating func store(
        _ key: String, _ type: String, _ object: JSONValue, _ content: Content, isPushed: Bool
    ) {
        let metadata = object["metadata"]
        let version = metadata?["resourceVersion"]?.text.flatMap { Int($0) } ?? 0
        let uid = metadata?["uid"]?.text ?? ""
        if let old = known[key], old.uid == uid, old.version >= version { return }
        known[key] = (version, uid)
        let value = String(decoding: content.json, as: UTF8.self)
        meta[key] = Row(type: type, value: value)
        guard hasSecond, let kind = object["kind"]?.text, let apiVersion = object["apiVersion"]?.text else { return }
        let name = metadata?["name"]?.text ?? ""
        let namespace = metadata?["namespace"]?.text ?? ""
        // Every kind of these recordings is of the core group, and takes an s.
        let place = "/core/\(apiVersion)/\(kind.lowercased())s/\(namespace.isEmpty ? "null" : namespace)/\(name)"
        guard isPushed || second[place] != nil else { return }
        second[place] = Second(
            kind: kind.lowercased(), namespace: namespace, name: name, version: "\(version)", value: value)
    }

    /// As `sqlite3` prints the rows of `meta`, by key.
    var metaText: String {
        meta.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }.map { key, row in
            let value = row.value.map(SQLiteTool.quoted) ?? "NULL"
            return "\(SQLiteTool.quoted(key)),\(SQLiteTool.quoted(row.type)),\(value)\n"
        }.joined()
    }

    /// As `sqlite3` prints the rows of `meta_v2` that messages wrote, by key.
    var secondText: String {
        second.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }.map { key, row in
            let texts = [key, "/v1, Resource=\(row.kind)s", row.namespace, row.name].map(SQLiteTool.quoted)
            return (texts + [row.version, SQLiteTool.quoted(row.value)]).joined(separator: ",") + "\n"
        }.joined()
    }
}

extension ClassicModel.Second {
    /// The key in `meta` of the same object.
    var place: String { "\(namespace.isEmpty ? "null" : namespace)/\(kind)/\(name)" }
}
