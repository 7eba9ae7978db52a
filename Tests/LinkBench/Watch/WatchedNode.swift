import FakeCloud
import NIOPosix

/// A daemon whose cloud is ours, with what the measurements of watchers need around it.
struct WatchedNode {
    static let name = "bench-1"
    let cloud: FakeCloudCore
    let process: NodeProcess
    /// The folder of the daemon.
    let place: String

    /// The API's socket.
    var api: String { place + "/api.sock" }

    /// Runs a body beside a daemon with a cloud, and ends both.
    static func serve<Result: Sendable>(
        binary: String, folder: BenchFolder, database: String?, thread: NIOThreadPool,
        _ body: (WatchedNode) async throws -> Result
    ) async throws -> Result {
        var settings = FakeCloudCore.Settings()
        settings.transport = .tls
        let cloud = try await FakeCloudCore.start(settings)
        let place = folder.path + "/node"
        let process = try await thread.runIfActive {
            try NodeProcess(
                name, binary: binary, cloud: cloud, folder: place, withEdged: false, database: database)
        }
        let outcome: Swift.Result<Result, any Error>
        do {
            try await cloud.waitForNode(name)
            try await until("Ready", within: .seconds(60)) { try await cloud.object("Node", "", name).isReady }
            outcome = .success(try await body(WatchedNode(cloud: cloud, process: process, place: place)))
        } catch {
            outcome = .failure(BenchError("\(error); the daemon's log:\n\(process.lastWords)"))
        }
        process.terminate()
        process.reap()
        await cloud.stop()
        return try outcome.get()
    }

    /// Asks for a metric without keeping others from their thread.
    func metric(_ name: String, _ thread: NIOThreadPool) async throws -> Int {
        try await thread.runIfActive { [api] in try UnixSocket.metric(name, api) }
    }
}
