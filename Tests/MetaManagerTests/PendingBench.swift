import Beehive
import KubeAPI
import MetaStore
import TestKit

@testable import MetaManager

/// Writes of the local API on a bench, and a cloud that answers applications.
struct PendingBench {
    var bench: PlanBench
    var cloud = ApplicationCloud()
    var connection = 0

    init(settings: PlanningSettings = PlanningSettings(), seed: UInt64 = 1) {
        bench = PlanBench(seed: seed, settings: settings)
    }

    static let configMaps = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
    static let leases = KubeKind.Resource(group: "coordination.k8s.io", version: "v1", plural: "leases")
    static let gadgets = KubeKind.Resource(group: "example.org", version: "v1", plural: "gadgets")
    static let events = KubeKind.Resource(group: "", version: "v1", plural: "events")
    static let row = "demo/pendingwrite/configmap.settings"

    /// A ConfigMap with one value.
    static func map(_ value: String, name: String = "settings") -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": JSONValue(text: name), "namespace": "demo"], "data": ["v": JSONValue(text: value)],
        ]
    }

    /// Feeds a write.
    @discardableResult
    mutating func write(
        _ object: JSONValue?, resource: KubeKind.Resource = configMaps, type: ResourceType = .configMap,
        name: String = "settings", subresource: String = "", expected: Int64? = nil
    ) -> LocalWrite.Answer? {
        let request = LocalWrite.PendingRequest(
            resource: resource, namespace: "demo", name: name, object: object, subresource: subresource, caller: "me")
        let path = ResourcePath(namespace: "demo", type: type, id: name)
        return bench.feed(.write(LocalWrite(.pending(request), at: path, expected: expected))).verdicts.first?.answer
    }

    /// What lies over an object.
    func pending(_ row: String = PendingBench.row) -> PendingWrite? {
        bench.store.rows[row].flatMap { PendingWrite($0.value) }
    }

    /// What is kept of what the cloud did not take.
    var conflicts: [WriteConflict] {
        bench.store.rows.values.filter { $0.type == WriteConflict.type }
            .sorted { $0.head.revision < $1.head.revision }.compactMap { WriteConflict($0.value) }
    }

    /// The stored object as the cloud last sent it.
    func stored(_ name: String = "settings", type: String = "configmap") -> JSONValue? {
        bench.store.rows["demo/\(type)/\(name)"].flatMap { try? JSONValue(parsing: $0.value) }
    }

    /// The revision that readers see.
    func revision(_ name: String = "settings") -> Int64 {
        (try? Standing(of: ResourcePath(namespace: "demo", type: .configMap, id: name), in: bench.store))?.revision
            ?? -1
    }

    /// The cloud pushes an object that it has.
    mutating func push(_ name: String, type: String = "configmap") {
        if let object = cloud.objects[name] {
            bench.cloud(.update, "demo/\(type)/\(name)", String(decoding: object.json, as: UTF8.self))
        } else {
            bench.cloud(.delete, "demo/\(type)/\(name)")
        }
    }

    mutating func connect() {
        connection += 1
        bench.connect(connection)
    }

    mutating func cut() { bench.feed(.linkDown(connection: connection)) }

    /// What goes up now, as applications.
    mutating func sent() -> [(id: String, application: Application)] {
        bench.send().compactMap { message in
            guard message.route.source.rawValue == "metaserver",
                let content = try? JSONValue(parsing: message.content.json),
                let application = Application(content: content)
            else { return nil }
            return (message.id, application)
        }
    }

    mutating func answer(_ id: String, to application: Application, _ answer: ApplicationAnswer) {
        bench.cloud(
            .applicationResponse, SpecialResource.application,
            String(decoding: answer.content(to: application, node: "n").json, as: UTF8.self),
            source: "dynamiccontroller", parent: id)
    }

    /// Sends, has the cloud do it, and feeds its answers, until nothing waits.
    mutating func drain() {
        for _ in 0..<100 {
            let frames = sent()
            guard !frames.isEmpty else { return }
            for frame in frames { answer(frame.id, to: frame.application, cloud.perform(frame.application)) }
        }
    }

    /// A new process on the same store.
    mutating func restart(seed: UInt64) {
        let store = bench.store
        bench = PlanBench(seed: seed)
        bench.store = store
        bench.store.reopen()
    }
}

/// Objects by name, with the API server's rules for versions and preconditions.
struct ApplicationCloud {
    var objects: [String: JSONValue] = [:]
    /// Every value that applications have written, in order; `-name` for a deletion, or when it was found gone.
    var done: [String] = []
    private var version = 100
    private var count = 0

    /// Somebody else writes.
    mutating func put(_ object: JSONValue, name: String = "settings") {
        version += 1
        var object = object
        var metadata = object["metadata"] ?? [:]
        if let uid = objects[name]?["metadata"]?["uid"] {
            metadata["uid"] = uid
        } else {
            count += 1
            metadata["uid"] = JSONValue(text: "uid-\(count)")
        }
        metadata["resourceVersion"] = JSONValue(text: "\(version)")
        object["metadata"] = metadata
        objects[name] = object
    }

    /// Somebody else deletes.
    mutating func delete(_ name: String = "settings") {
        version += 1
        objects[name] = nil
    }

    /// Does what an application asks.
    mutating func perform(_ application: Application) -> ApplicationAnswer {
        let name = String(application.key.split(separator: "/").last ?? "")
        func refused(_ code: Int, _ reason: String) -> ApplicationAnswer {
            ApplicationAnswer(
                id: "a", status: .failed,
                failure: APIFailure(
                    code, reason: reason, "\(reason) of \(name)", details: ["name": JSONValue(text: name)]))
        }
        func approved(_ object: JSONValue?) -> ApplicationAnswer {
            ApplicationAnswer(id: "a", status: .approved, body: object?.json)
        }
        let body = application.body.flatMap { try? JSONValue(parsing: $0) } ?? .null
        switch application.verb {
        case .get:
            guard let object = objects[name] else {
                done.append("-\(name)")
                return refused(404, "NotFound")
            }
            return approved(object)
        case .create:
            let name = body["metadata"]?["name"]?.text ?? ""
            guard objects[name] == nil else { return refused(409, "AlreadyExists") }
            guard body.resourceVersion.isEmpty, body.uid.isEmpty else { return refused(400, "BadRequest") }
            put(body, name: name)
            done.append(Self.value(body))
            return approved(objects[name])
        case .update, .updatestatus:
            guard let old = objects[name] else { return refused(404, "NotFound") }
            guard body.resourceVersion.isEmpty || body.resourceVersion == old.resourceVersion,
                body.uid.isEmpty || body.uid == old.uid
            else { return refused(409, "Conflict") }
            var new = body
            if application.verb == .updatestatus {
                new = old
                new["status"] = body["status"]
            }
            put(new, name: name)
            done.append(Self.value(new))
            return approved(objects[name])
        case .delete:
            guard let old = objects[name] else {
                done.append("-\(name)")
                return refused(404, "NotFound")
            }
            let options = try? JSONValue(parsing: application.options)
            let conditions = options?["preconditions"]
            guard conditions?["resourceVersion"]?.text ?? old.resourceVersion == old.resourceVersion,
                conditions?["uid"]?.text ?? old.uid == old.uid
            else { return refused(409, "Conflict") }
            delete(name)
            done.append("-\(name)")
            return approved(["kind": "Status", "status": "Success"])
        default: return refused(405, "MethodNotAllowed")
        }
    }

    static func value(_ object: JSONValue) -> String { object["data"]?["v"]?.text ?? "" }
}
