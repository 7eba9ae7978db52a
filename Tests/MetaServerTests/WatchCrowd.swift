import Beehive
import KubeAPI
import Logging
import MetaManager
import MetaStore
import NIOPosix

@testable import MetaServer

// Used by one thread after the other, never by two.
extension WatchedStore: @unchecked Sendable {}

extension WatchedStore {
    var socket: String { "\(folder)/api.sock" }

    /// Serves its Kubernetes paths on a socket beside a body that may block, then stops that.
    func serve(
        _ settings: ServerSettings = .test, _ body: @escaping @Sendable (WatchedStore) throws -> Void
    ) async throws {
        var router = Router(authenticator: OpenAuthenticator())
        router.addKubernetes(KubeRoutes(context: context))
        var settings = settings
        (settings.address, settings.socketPath) = ("", socket)
        let server = HTTPServer(
            settings: settings, router: router, counts: RequestCounts(), loops: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await server.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            // A thread of its own: the server's few must stay free for the server.
            try await withCheckedThrowingContinuation { continuation in
                LoopThread().start { continuation.resume(with: Swift.Result { try body(self) }) }
            }
        }
    }

    /// One transaction that writes some pods anew.
    ///
    /// - Parameters:
    ///   - numbers: which pods.
    ///   - bytes: how large each is, about.
    /// - Throws: `StoreError` when they cannot be written.
    func write(_ numbers: Range<Int>, bytes: Int) throws {
        let filler = String(repeating: "x", count: bytes)
        try store.transaction(writing: true) { view throws(StoreError) in
            for number in numbers {
                let path = ResourcePath(namespace: "crowd", type: .pod, id: "p\(number)")
                let head = try view.head(path.key)
                let value = """
                    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\(path.id)","namespace":"crowd",\
                    "resourceVersion":"1"},"spec":{"text":"\(filler)"}}
                    """
                let object = NewObject(
                    path: path, value: Bytes(value.utf8), version: "1", apiVersion: "v1", kind: "Pod",
                    origin: .delivered)
                try view.apply(.put(object, replacing: head?.rowID), now: 1)
            }
        }
        hub.committed(store.revision)
    }

    /// The oldest revision from which can be gone on.
    var oldest: Int64 {
        get throws {
            try reader.read { view throws(StoreError) in try view.oldestRevision() }
        }
    }

    /// Lists over the socket: the objects by namespace and name, and the list's revision.
    func list() throws -> (objects: [String: Bytes], revision: Int64) {
        let answer = try APIClient(path: socket, timeout: .seconds(60)).get("/api/v1/pods")
        let list = try JSONValue(parsing: Bytes(answer.body))
        var objects: [String: Bytes] = [:]
        for item in list["items"]?.elements ?? [] { objects[Informer.key(item)] = item.json }
        return (objects, Informer.version(list))
    }

    /// Begins a watch over the socket behind a revision.
    func watch(from revision: Int64) throws -> WatchClient {
        try WatchClient(socket, "/api/v1/pods?watch=1&resourceVersion=\(revision)")
    }
}
