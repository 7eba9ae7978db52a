import Beehive
import KubeAPI
import MetaManager
import MetaServer
import MetaStore
import TestKit

@testable import MetaManager

/// The loop and the store's rules in memory behind a write handler, and a cloud that answers as it is told.
final class WriteBench: LocalWriting, ObjectReading, CloudRequesting {
    private let bench: Lock<PlanBench>
    private let asked = Lock<[Application]>([])
    private let answers: Lock<Answers>
    private let away: Lock<String?>
    /// Called before each write: another writer who is quicker.
    let before = Lock<Interloper?>(nil)

    /// What the cloud says.
    private struct Answers: Sendable {
        var answer: @Sendable (Application) -> CloudOutcome
    }

    /// A closure as the value of a lock.
    struct Interloper: Sendable {
        var run: @Sendable (WriteBench) -> Void
    }

    init(away: String? = nil, answers: @escaping @Sendable (Application) -> CloudOutcome = { _ in .timedOut }) {
        bench = Lock(PlanBench())
        self.away = Lock(away)
        self.answers = Lock(Answers(answer: answers))
    }

    static let configMaps = KubeKind(
        resource: KubeKind.Resource(group: "", version: "v1", plural: "configmaps"), kind: "ConfigMap",
        isNamespaced: true)
    static let leases = KubeKind(
        resource: KubeKind.Resource(group: "coordination.k8s.io", version: "v1", plural: "leases"), kind: "Lease",
        isNamespaced: true)
    static let deployments = KubeKind(
        resource: KubeKind.Resource(group: "apps", version: "v1", plural: "deployments"), kind: "Deployment",
        isNamespaced: true)
    static let devices: KubeKind = {
        var kind = KubeKind(
            resource: KubeKind.Resource(group: "devices.kubeedge.io", version: "v1beta1", plural: "devices"),
            kind: "Device", isNamespaced: true)
        kind.isCustom = true
        kind.subresources = ["status"]
        return kind
    }()
    static let gadgets: KubeKind = {
        var kind = KubeKind(
            resource: KubeKind.Resource(group: "example.org", version: "v1", plural: "gadgets"), kind: "Gadget",
            isNamespaced: true)
        kind.isCustom = true
        kind.subresources = ["status"]
        return kind
    }()

    var handler: WriteHandler {
        WriteHandler(policy: { WritePolicy() }, reader: self, cloud: self, writer: self)
    }

    /// What the cloud was asked.
    var applications: [Application] { asked.withLock { $0 } }

    /// The cloud comes, or goes.
    func set(away cause: String?) { away.withLock { $0 = cause } }

    /// Stores an object as the cloud pushes it.
    func push(_ key: String, _ json: String) { bench.withLock { _ = $0.cloud(.update, key, json) } }

    /// The stored row as text.
    func text(_ key: String) -> String? { bench.withLock { $0.store.text(key) } }

    /// What was told to twin.
    let told = Lock<[Message]>([])

    /// What waits for the cloud.
    var waiting: [String] { bench.withLock { $0.store.entries.map(\.key) } }

    // MARK: Ports

    var absence: String? { away.withLock { $0 } }

    func perform(_ application: Application, for caller: String) async -> CloudOutcome {
        asked.withLock { $0.append(application) }
        return answers.withLock { $0 }.answer(application)
    }

    func write(_ write: LocalWrite) async -> LocalWrite.Answer {
        before.withLock { interloper in
            defer { interloper = nil }
            return interloper
        }?.run(self)
        return feed(write)
    }

    func feed(_ write: LocalWrite) -> LocalWrite.Answer {
        bench.withLock { bench in
            var plan = bench.feed(.write(write))
            plan.setRevision(bench.store.revision)
            let messages = plan.deliveries(to: .twin)
            told.withLock { $0 += messages }
            return plan.verdicts.first?.answer ?? .failed("no verdict")
        }
    }

    func object(
        _ kind: KubeKind, namespace: String?, name: String
    ) async throws(APIFailure) -> CurrentObject? {
        shown(ResourcePath(namespace: namespace ?? "null", type: kind.storedType, id: name))
    }

    func shown(_ path: ResourcePath) -> CurrentObject? {
        bench.withLock { bench in
            let row = bench.store.rows[PendingWrite.path(over: path).key]
            let pending = row.flatMap { PendingWrite($0.value) }
            let base = bench.store.rows[path.key]
            let tree = base.flatMap { try? JSONValue(parsing: $0.value) }
            guard var value = pending.map(\.shown) ?? tree, var metadata = value["metadata"] else { return nil }
            var annotations = metadata["annotations"] ?? [:]
            if let version = metadata["resourceVersion"] { annotations[ObjectForm.versionAnnotation] = version }
            if annotations != [:] { metadata["annotations"] = annotations }
            let revision = max(row?.head.revision ?? 0, base?.head.revision ?? 0)
            metadata["resourceVersion"] = JSONValue(text: "\(revision)")
            value["metadata"] = metadata
            return CurrentObject(value, path: path, isPending: pending != nil)
        }
    }

    func objects(
        _ request: ResourceRequest, kind: KubeKind, limit: Int
    ) async throws(APIFailure) -> [CurrentObject] {
        let names = bench.withLock { bench in
            bench.store.rows.values.filter { $0.type == kind.storedType }.map(\.key).sorted()
        }
        return names.compactMap { try? ResourcePath(parsing: $0) }.compactMap(shown)
    }

    // MARK: Requests

    /// Sends a write and reads the answer.
    func send(
        _ verb: ResourceRequest.Verb, _ kind: KubeKind = WriteBench.configMaps, _ name: String? = nil,
        _ body: JSONValue? = nil, type: String? = nil, subresource: String? = nil, dryRun: Bool = false
    ) async -> (status: Int, body: JSONValue, warning: String?) {
        var options = RequestOptions()
        options.isDryRun = dryRun
        let request = ResourceRequest(
            verb: verb, resource: kind.resource, namespace: "demo", name: name, subresource: subresource,
            options: options)
        let response = await handler.handle(
            request, kind: kind, body: body?.json ?? [], contentType: type, caller: Caller(name: "tester"))
        guard case .bytes(let bytes) = response.body else { return (0, .null, nil) }
        return (
            response.status, (try? JSONValue(parsing: bytes)) ?? .null,
            response.headers.first { $0.name == "Warning" }?.value
        )
    }
}
