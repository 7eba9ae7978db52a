import Beehive
import FakeCloud
import Glibc
import NIOSSL
import NodePKI
import Testing

@testable import EdgeHub

/// Renewals in the midst of cuts: the node ends up with its newest certificate each time, and nothing is lost.
@Suite("Renewal storms", .timeLimit(.minutes(30)))
struct RenewalStormTests {
    /// As many as `METAMANAGER_RENEWALS` says; `make verify-long` takes 1,000.
    static let renewals = getenv("METAMANAGER_RENEWALS").flatMap { Int(String(cString: $0)) } ?? 40
    static let maps = 4
    static let eventsPerRenewal = 5

    private static var settings: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.transport = .tls
        settings.syncPeriod = .milliseconds(100)
        settings.certificateLifetime = .seconds(10 * 86_400)
        return settings
    }

    private static let pod: JSONValue = [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "namespace": "demo"],
        "spec": [
            "nodeName": JSONValue(text: StormNode.name), "containers": [["name": "main", "image": "main:1"]],
            "volumes": .array(
                (0..<maps).map {
                    ["name": JSONValue(text: "v\($0)"), "configMap": ["name": JSONValue(text: "c\($0)")]]
                }),
        ],
    ]

    private static func configMap(_ name: String, _ number: Int) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": JSONValue(text: name), "namespace": "demo"],
            "data": ["n": JSONValue(text: "\(number)")],
        ]
    }

    @Test("each renewal brings a connection with the new certificate; no message, task or descriptor is lost")
    func storm() async throws {
        let seed = UInt64.random(in: 1 ... .max)
        print("renewal storm: \(Self.renewals) renewals, seed \(seed)")
        let cloud = try await FakeCloudCore.start(Self.settings)
        let ports = [cloud.port, cloud.httpsPort]
        let node = try StormNode(cloud: cloud)
        var failure: (any Error)?
        do {
            try await cloud.setNode(StormNode.name)
            try await node.run { try await weather(node, ports, seed) }
        } catch {
            failure = error
        }
        await cloud.stop()
        if let failure { throw failure }
        try await eventually("all sockets closed") {
            OpenDescriptors(ports: ports, folder: node.folder.path).sockets == 0
        }
    }

    private func weather(_ node: StormNode, _ ports: [Int], _ seed: UInt64) async throws {
        let cloud = node.cloud
        try await cloud.waitForNode(StormNode.name)
        // What a node has acked once is brought to it later, whatever it misses.
        try await cloud.apply(Self.pod)
        for name in 0..<Self.maps { try await cloud.apply(Self.configMap("c\(name)", 0)) }
        try await eventually("all is delivered once") {
            try (0..<Self.maps).allSatisfy { try node.stored("c\($0)") == 0 }
        }
        let before = OpenDescriptors(ports: ports, folder: node.folder.path)
        var certificates = [try await node.keeper.identity().facts.der]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.storm(cloud, seed) }
            defer { group.cancelAll() }
            for number in 1...Self.renewals {
                for event in 0..<Self.eventsPerRenewal {
                    await node.report((number - 1) * Self.eventsPerRenewal + event)
                }
                try await cloud.apply(Self.configMap("c\(number % Self.maps)", number))
                let certificate = try await node.renew(number)
                certificates.append(certificate)
                try await cloud.wait(for: "a connection with certificate \(number)", of: StormNode.name) { frame in
                    if case .connected = frame.event { return Array(frame.bytes) == certificate }
                    return false
                }
            }
        }
        try await calm(node)
        checkConnections(cloud, certificates)
        checkEvents(cloud)
        // The listeners, and the one connection from either end.
        try await eventually("no socket is left over") {
            OpenDescriptors(ports: ports, folder: node.folder.path).sockets == 4
        }
        #expect(OpenDescriptors(ports: ports, folder: node.folder.path).files <= before.files)
        #expect(cloud.counters.renewals >= Self.renewals)
        print("renewal storm: \(cloud.counters.sessions) connections, \(cloud.counters.resends) resends")
    }

    /// Cuts of all kinds at random instants, until it is cancelled; leaves a cloud that works.
    private static func storm(_ cloud: FakeCloudCore, _ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        while !Task.isCancelled {
            // Cancelled: the next look ends it.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 5...150, using: &random)))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: try await cloud.cut(StormNode.name, isReset: Bool.random(using: &random))
            case 4..<7:
                try await cloud.cut(afterBytes: Int.random(in: 0...3000, using: &random), to: StormNode.name)
            case 7:
                try await cloud.goAway()
                try? await Task.sleep(for: .milliseconds(20))
                try await cloud.comeBack()
            case 8:
                try await cloud.refuseHTTPS(503)
                try? await Task.sleep(for: .milliseconds(20))
                try await cloud.refuseHTTPS(nil)
            default:
                try await cloud.freeze(StormNode.name)
                try? await Task.sleep(for: .milliseconds(20))
                try await cloud.unfreeze(StormNode.name)
            }
        }
    }

    /// The storm is over: what was put off arrives.
    private func calm(_ node: StormNode) async throws {
        try await eventually("the outbox is empty") { node.outbox == 0 }
        for name in 0..<Self.maps {
            let newest = (0...Self.renewals).last { $0 % Self.maps == name } ?? 0
            try await eventually("configmap c\(name) is stored as it is") { try node.stored("c\(name)") == newest }
        }
        try await eventually("the link is alive") { node.link.report.phase == .alive }
    }

    /// No connection goes back to a certificate before the one of the connection before.
    private func checkConnections(_ cloud: FakeCloudCore, _ certificates: [[UInt8]]) {
        var newest = 0
        for frame in cloud.frames(of: StormNode.name) {
            guard case .connected = frame.event else { continue }
            let index = certificates.firstIndex(of: Array(frame.bytes))
            #expect(index.map { $0 >= newest } == true, "connection \(frame.connection): \(index ?? -1), not \(newest)")
            newest = max(newest, index ?? 0)
        }
        #expect(newest == certificates.count - 1)
    }

    /// Every event has come, in order; one that came again has its old id.
    private func checkEvents(_ cloud: FakeCloudCore) {
        var numbers: [Int] = []
        for message in cloud.requests(of: StormNode.name) where message.route.resource == "demo/event/e" {
            guard let number = try? JSONValue(parsing: message.content.json)["n"]?.integer else { continue }
            #expect(message.id == "event-\(number)")
            if numbers.last.map({ number > $0 }) ?? true { numbers.append(number) }
        }
        #expect(numbers == Array(0..<Self.renewals * Self.eventsPerRenewal))
    }

    /// Renews while the connection that is being made has its certificate already.
    private struct Hurried: LinkIdentity {
        let keeper: IdentityKeeper
        let link: Lock<WebSocketLink?>
        let isFirst = Lock(true)

        func makeContext() async throws -> NIOSSLContext {
            let context = try await keeper.makeContext()
            let isFirst = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if isFirst { link.withLock { $0 }?.reconnect() }
            return context
        }

        func rejected() {}
    }

    @Test("a certificate renewed while a connection is being made is used by the next, at once")
    func renewedMeanwhile() async throws {
        let cloud = try await FakeCloudCore.start(Self.settings)
        let link = Lock<WebSocketLink?>(nil)
        let node = try StormNode(cloud: cloud) { Hurried(keeper: $0, link: link) }
        link.withLock { $0 = node.link }
        var failure: (any Error)?
        do {
            try await node.run { try await cloud.waitForNode(StormNode.name, connection: 2) }
            #expect(node.link.report.faults[.renewed] == 1)
        } catch {
            failure = error
        }
        link.withLock { $0 = nil }
        await cloud.stop()
        if let failure { throw failure }
    }
}
