import Beehive
import BeehiveSocket
import FakeCloud
import Glibc

/// A CloudCore, the daemon on its websocket, and a module that reports, while the way between them is cut again and
/// again and the daemon is killed.
///
/// Each report carries its key's next number. In the end the cloud has every key's last number, has seen none after a
/// greater one (but as the same message again), has each fact in order; what was acked is stored, and what is stored
/// was delivered to the module.
final class LinkWorld: Sendable {
    /// How large a run is.
    struct Size: Sendable {
        var updates: Int
        var keys: Int
        var cuts: Int
        var kills: Int
        var isTLS: Bool
    }

    static let node = "edge-node-1"
    static let lanes = 16
    static let factLanes = 2

    let cloud: FakeCloudCore
    let ledger = Lock(LinkLedger())
    let size: Size
    /// How many config maps there are: no more than pods that use them, and a multiple of the namespaces, since a pod
    /// and its config map share one.
    let configMaps: Int
    let seed: UInt64
    let folder: String
    let chaos: Chaos
    /// Each key's resource and pod, by number.
    let pods: [Pod]
    /// The module's connection; nil while the daemon is not there.
    let client = Lock<BeehiveModuleClient?>(nil)
    private let daemon: String
    var database: String { "\(folder)/edgecore.db" }

    struct Pod: Sendable {
        let namespace: String
        let name: String
        let uid: String
        /// Whether its states go the way of 1.23, as patches, or that of 1.2.
        let isPatched: Bool
        var key: String { "\(namespace)/\(isPatched ? "podpatch" : "podstatus")/\(name)" }
    }

    init(daemon: String, folder: String, seed: UInt64, size: Size) async throws {
        self.daemon = daemon
        self.folder = folder
        self.seed = seed
        self.size = size
        configMaps = min(99, max(1, size.keys / 3) * 3)
        chaos = Chaos(seed: seed, cuts: size.cuts, kills: size.kills)
        var settings = FakeCloudCore.Settings()
        settings.transport = size.isTLS ? .tls : .plain
        settings.ackWait = .milliseconds(500)
        settings.requeueLimit = .seconds(1)
        settings.syncPeriod = .milliseconds(500)
        settings.keepaliveLimit = .seconds(5)
        settings.seed = seed
        cloud = try await FakeCloudCore.start(settings)
        try await cloud.setNode(Self.node)
        for number in 0..<configMaps { try await cloud.apply(Self.configMap(number)) }
        var pods: [Pod] = []
        for number in 0..<size.keys {
            let pod = try await cloud.apply(Self.pod(number, using: number % configMaps))
            pods.append(
                Pod(
                    namespace: Self.namespace(number), name: "web-\(number)",
                    uid: pod["metadata"]?["uid"]?.text ?? "", isPatched: number % 2 == 1))
        }
        self.pods = pods
        try Self.write(configuration, to: "\(folder)/edge.yaml")
        try Self.write(cloud.token, to: "\(folder)/token")
        try await cloud.answer { [ledger] _, message in
            ledger.withLock { LinkSight.take(message, into: &$0) }
            return nil
        }
    }

    static func namespace(_ number: Int) -> String { ["default", "site", "iot"][number % 3] }

    private static func configMap(_ number: Int) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": JSONValue(text: "settings-\(number)"), "namespace": JSONValue(text: namespace(number)),
            ],
            "data": ["n": "0"],
        ]
    }

    private static func pod(_ number: Int, using map: Int) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": JSONValue(text: "web-\(number)"), "namespace": JSONValue(text: namespace(number))],
            "spec": [
                "nodeName": JSONValue(text: node),
                "containers": [
                    ["name": "web", "envFrom": [["configMapRef": ["name": JSONValue(text: "settings-\(map)")]]]]
                ],
            ],
            "status": ["phase": "Pending"],
        ]
    }

    private var configuration: String {
        let identity = """
            cafile: \(folder)/ca/rootCA.crt, certfile: \(folder)/certs/server.crt, keyfile: \(folder)/certs/server.key
            """
        return """
            meta: {database: {path: \(database)}, sync: {podstatus: {interval: 2}}}
            edgehub:
              controller: {protocol: websocket, node-id: \(Self.node), heartbeat: 1}
              websocket: {url: "\(cloud.url)", write-deadline: 2, handshake-timeout: 2, \(identity)}
              http: {url: "\(cloud.httpsURL)", token-file: \(folder)/token}
              rate: {qps: 10000, burst: 10000}
              reconnect: {min: 0.05, max: 0.1}
            modules: {socket: {path: \(folder)/beehive.sock}}
            metaserver: {server: "", socket: \(folder)/api.sock}
            log: {level: info}

            """
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw CrashError("cannot write \(path)") }
        fputs(text, file)
        fclose(file)
        chmod(path, 0o600)
    }

    func start() throws -> DaemonProcess {
        try DaemonProcess(
            path: daemon, arguments: ["run", "--config", "\(folder)/edge.yaml"], log: "\(folder)/daemon.log")
    }

    var summary: String {
        let counters = cloud.counters
        return ledger.withLock(\.summary) + "; \(counters.sessions) connections, \(counters.acks) acks, "
            + "\(counters.resends) sent again"
    }

    /// Writes what went over the connections, one line for each frame, beside the database.
    func keepTraffic() {
        guard let file = fopen("\(folder)/cloud.log", "w") else { return }
        for frame in cloud.frames() { fputs("\(frame.ticks) \(frame) \(frame.message?.id ?? "")\n", file) }
        fclose(file)
    }
}

/// Reads the numbers out of what the cloud gets.
enum LinkSight {
    static func take(_ message: Message, into ledger: inout LinkLedger) {
        let resource = message.route.resource
        let sighting = LinkLedger.Sighting(id: message.id, bytes: MessageEncoder.encode(message))
        if resource.contains("/event/") {
            guard let words = lane(resource) else { return ledger.fault("an event without a number: \(resource)") }
            ledger.see(words.key, words.number, sighting)
        } else if resource.contains("/podstatus/") {
            if let number = number(message.content.json, "Status") { ledger.see(resource, number, sighting) }
        } else if resource.contains("/podpatch/") {
            let text = message.content.string ?? ""
            if let number = number(Bytes(text.utf8), "status") { ledger.see(resource, number, sighting) }
        } else if resource.hasSuffix("/podstatus") {
            for status in (try? JSONValue(parsing: message.content.json))?.elements ?? [] {
                guard let name = status["Name"]?.text, let number = status["Status"]?["n"]?.integer else { continue }
                ledger.see(listed: "\(resource)/\(name)", Int(number))
            }
        }
    }

    private static func number(_ json: Bytes, _ field: String) -> Int? {
        (try? JSONValue(parsing: json))?[field]?["n"]?.integer
    }

    static func lane(_ resource: String) -> (key: String, number: Int)? {
        guard let dash = resource.lastIndex(of: "-"), let number = Int(resource[resource.index(after: dash)...]) else {
            return nil
        }
        return (String(resource[..<dash]), number)
    }
}
