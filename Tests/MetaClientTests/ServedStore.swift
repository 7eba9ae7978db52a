import Beehive
import Glibc
import Logging
import MetaClient
import MetaServer
import MetaStore
import NIOPosix
import Testing

/// A store whose objects a test changes, and the local API over it, which may be ended and started anew.
final class ServedStore: Sendable {
    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    private let store: Lock<MetaStore>
    private let hub = Lock<WatchHub?>(nil)

    var socket: String { "\(folder)/api.sock" }

    /// A client of it that gives up only after a long time, and tries again soon.
    var client: MetaClient { MetaClient(path: socket, options: MetaClient.Options()) }

    private init(window: Int64) throws {
        var template = Array("/tmp/metaclient.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble(description: "no folder for the test") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let store = try MetaStore(path: "\(folder)/edgecore.db", now: SystemTime().now().wall)
        store.feedWindow = window
        self.store = Lock(store)
    }

    deinit {
        for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "api.sock"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Runs a test on a store of its own.
    ///
    /// - Parameters:
    ///   - window: how many changes the feed keeps.
    ///   - body: the test.
    /// - Throws: what the test throws.
    static func with(window: Int64 = 10_000, _ body: (ServedStore) async throws -> Void) async throws {
        try await body(try ServedStore(window: window))
    }

    /// Serves while a body runs.
    func serve(_ body: () async throws -> Void) async throws {
        let path = "\(folder)/edgecore.db"
        let hub = WatchHub(reader: try StoreReader(path: path), threads: .singleton, loops: .singleton)
        let reader = try StoreReader(path: path)
        let context = KubeContext(reader: reader, hub: hub, threads: .singleton)
        var router = Router(authenticator: OpenAuthenticator())
        router.addKubernetes(KubeRoutes(context: context))
        var settings = ServerSettings(address: "", socketPath: socket)
        // A slow machine may take its time for a request and its answer.
        (settings.requestTimeout, settings.stallTimeout) = (.seconds(60), .seconds(60))
        let server = HTTPServer(
            settings: settings, router: router, counts: RequestCounts(), loops: MultiThreadedEventLoopGroup.singleton,
            tls: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await server.bind()
        self.hub.withLock { $0 = hub }
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }
            do { try await body() } catch { failure = error }
            group.cancelAll()
        }
        self.hub.withLock { $0 = nil }
        hub.stop()
        reader.close()
        if let failure { throw failure }
    }

    /// How many watch now.
    var watchers: Int { hub.withLock { $0 }?.figures.watchers ?? 0 }

    /// Stores an object, as the cloud sends it.
    func put(_ type: ResourceType, _ object: JSONValue) throws {
        let metadata = object["metadata"] ?? .null
        let name = metadata["name"]?.text ?? ""
        let path = ResourcePath(namespace: metadata["namespace"]?.text ?? "null", type: type, id: name)
        try change { view throws(StoreError) in
            let new = NewObject(
                path: path, value: object.json, uid: metadata["uid"]?.text ?? "",
                version: metadata["resourceVersion"]?.text ?? "", apiVersion: object["apiVersion"]?.text ?? "v1",
                kind: object["kind"]?.text ?? "", origin: .delivered)
            try view.apply(.put(new, replacing: try view.head(path.key)?.rowID), now: SystemTime().now().wall)
        }
    }

    /// Removes an object.
    func remove(_ type: ResourceType, _ namespace: String, _ name: String) throws {
        let key = ResourcePath(namespace: namespace, type: type, id: name).key
        try change { view throws(StoreError) in
            try view.apply(.delete(key: key, remember: false), now: SystemTime().now().wall)
        }
    }

    private func change(_ body: @Sendable (StoreTransaction) throws(StoreError) -> Void) throws {
        let revision = try store.withLock { store in
            try store.transaction(writing: true, body)
            return store.revision
        }
        hub.withLock { $0 }?.committed(revision)
    }

    /// A config map with one text.
    static func map(_ name: String, _ value: String, uid: String = "u1") -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": JSONValue(text: name), "namespace": "site", "uid": JSONValue(text: uid)],
            "data": ["value": JSONValue(text: value)],
        ]
    }
}

/// Waits for a condition, a minute at most.
func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let end = SystemTime().now().advanced(by: limit).ticks
    while !(try await condition()) {
        guard SystemTime().now().ticks < end else { throw ServedStore.Trouble(description: "never: \(what())") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension WatchEvent where Object == ConfigMap {
    /// The event in a word, for comparing.
    var word: String {
        switch self {
        case .added(let map): "+\(map.name)=\(map.data["value"] ?? "")"
        case .modified(let map): "~\(map.name)=\(map.data["value"] ?? "")"
        case .deleted(let name, let last): "-\(name.name)\(last == nil ? "?" : "")"
        case .synced: "synced"
        }
    }
}
