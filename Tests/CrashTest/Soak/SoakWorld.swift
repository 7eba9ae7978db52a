import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOPosix

/// The real daemon in one long life: a cloud that changes 10,000 objects, modules and watchers that come and go, some of
/// which are slow or never read, cuts, backups, rekeys.
///
/// An hour of it holds the load of days: a node sees some changes a minute, here some dozens a second come, and what the
/// daemon does by the clock (state syncs, kept mailboxes, the feed's window) has its times cut down alike.
final class SoakWorld: Sendable {
    /// What a run came to.
    struct Verdict {
        var faults: [String]
        var summary: String
    }

    static let lanes = 4

    let cloud: FakeCloud
    let ledger: Lock<SoakLedger>
    let size: SoakSize
    let seed: UInt64
    let folder: String
    let daemon: String
    let ids: Lock<MessageIDSource>
    /// The pod agent's connection; nil while it is away.
    let edged = Lock<BeehiveModuleClient?>(nil)
    /// True until what is to be said is said.
    let isLoading = Lock(true)
    var database: String { "\(folder)/edgecore.db" }
    var socket: String { "\(folder)/beehive.sock" }
    var configurationFile: String { "\(folder)/edge.yaml" }

    init(daemon: String, folder: String, seed: UInt64, size: SoakSize) async throws {
        self.daemon = daemon
        self.folder = folder
        self.seed = seed
        self.size = size
        ids = Lock(MessageIDSource(seed: seed))
        ledger = Lock(SoakLedger(objects: size.objects, lanes: Self.lanes))
        cloud = try await FakeCloud.start(resendInterval: .seconds(2))
        try write(configuration, to: configurationFile)
        cloud.answer { [ledger, cloud] message in Self.take(message, ledger, cloud) }
    }

    /// What the cloud does with what is no ack.
    private static func take(_ message: Message, _ ledger: Lock<SoakLedger>, _ cloud: FakeCloud) -> [Message] {
        let resource = message.route.resource
        let name = resource.split(separator: "/").last.map(String.init) ?? ""
        if resource.contains("/event/") {
            let words = name.split(separator: "-").compactMap { Int($0) }
            if words.count == 2 { ledger.withLock { $0.see(event: words[1], lane: words[0]) } }
        } else if message.route.operation == .update, resource.contains("/podstatus/") {
            let number = (try? JSONValue(parsing: message.content.json))?["Status"]?["n"]?.integer
            if let number { ledger.withLock { $0.see(status: Int(number), of: resource) } }
        } else if message.route.operation == .query, name.hasPrefix("near-"), let number = Int(name.dropFirst(5)) {
            let parts = resource.split(separator: "/").map(String.init)
            return [
                cloud.response(
                    to: message,
                    content: Content(
                        object(
                            kind: "ConfigMap", namespace: parts[0], name: name, uid: "near-\(number)", version: 1,
                            filling: 500 + number % 3000)), version: "1")
            ]
        }
        return []
    }

    static func object(
        kind: String, namespace: String, name: String, uid: String, version: Int, filling: Int
    ) -> JSONValue {
        [
            "apiVersion": "v1", "kind": JSONValue(text: kind),
            "metadata": [
                "name": JSONValue(text: name), "namespace": JSONValue(text: namespace), "uid": JSONValue(text: uid),
                "resourceVersion": JSONValue(text: "\(version)"),
            ],
            "data": ["filling": JSONValue(text: String(repeating: "x", count: filling))],
        ]
    }

    private var configuration: String {
        """
        meta:
          database: {path: \(database), budget: 4MiB}
          sync: {podstatus: {interval: 10}}
          remote-query: {timeout: 5, stale-after: 2}
        edgehub:
          controller: {protocol: websocket, node-id: edge-node-1, heartbeat: 2}
          websocket: {url: "\(cloud.url)"}
          rate: {qps: 10000, burst: 10000}
          reconnect: {min: 0.05, max: 0.5}
        modules: {socket: {path: \(socket)}, mailbox: {messages: 256, keep: \(max(1, Int(size.longestStay)))}}
        metaserver: {server: "", socket: \(folder)/api.sock, feed: {window: \(feedWindow)}}
        log: {level: warning}

        """
    }

    /// A sixth of the hour that is the default, in the shortest run a few seconds.
    private var feedWindow: String { "\(max(5, Int(size.seconds / 6)))s or 10000 changes" }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw CrashError("cannot write \(path)") }
        fputs(text, file)
        fclose(file)
    }

    /// However the harness ends, its daemon ends with it.
    func start() throws -> DaemonProcess {
        let leash = "/usr/bin/setpriv"
        let arguments = ["run", "--config", configurationFile]
        guard access(leash, X_OK) == 0 else {
            return try DaemonProcess(path: daemon, arguments: arguments, log: "\(folder)/daemon.log")
        }
        return try DaemonProcess(
            path: leash, arguments: ["--pdeathsig", "KILL", daemon] + arguments, log: "\(folder)/daemon.log")
    }

    var isRunning: Bool { isLoading.withLock { $0 } }

    /// Sleeps as long as the load lasts; the shorter of both.
    func rest(_ seconds: Double) async {
        let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
        while isRunning, !Task.isCancelled, ContinuousClock.now < end {
            let left = min(.milliseconds(250), end - ContinuousClock.now)
            if left > .zero { try? await Task.sleep(for: left) }
        }
    }
}
