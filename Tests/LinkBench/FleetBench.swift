import ArgumentParser
import Beehive
import FakeCloud
import Glibc
import NIOPosix

/// Many daemons on one machine against one cloud: all Ready, and what each costs while nothing happens.
struct FleetBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Run many daemons against one cloud; prints one JSON object.")

    @Option(help: "The release binary.")
    var binary: String

    @Option(help: "How many daemons.")
    var nodes = 200

    @Option(help: "How long they idle, in seconds.")
    var seconds = 60

    @Option(help: "How many pods each has.")
    var pods = 1

    @Flag(help: "Give the local API of each a port besides its socket.")
    var port = false

    @Option(help: "How long they may take to be Ready, in seconds.")
    var patience = 600

    @Option(help: "Where their folders are.")
    var folder = "/tmp"

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        defer { folder.remove() }
        // Nodes live only as long as the thread that started them.
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let cloud = try await FakeCloudCore.start(settings)
        var processes: [NodeProcess] = []
        let outcome: Result<JSONValue, any Error>
        do {
            let start = SystemTime.ticks()
            for index in 0..<nodes {
                let place = "\(folder.path)/\(index)"
                processes.append(
                    try await thread.runIfActive {
                        try NodeProcess(
                            "edge-\(index)", binary: binary, cloud: cloud, folder: place, withEdged: true,
                            withPort: port)
                    })
            }
            outcome = .success(try await measure(cloud, processes, since: start))
        } catch {
            outcome = .failure(BenchError("\(error); the first node's log:\n\(processes.first?.lastWords ?? "")"))
        }
        // All at once, or the wait of each would add up.
        for process in processes { process.terminate() }
        for process in processes { process.reap() }
        await cloud.stop()
        try await thread.shutdownGracefully()
        try outcome.get().print()
    }

    /// A cloud that keeps little of what it hears.
    private var settings: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.transport = .tls
        settings.nodeLimit = nodes + 10
        settings.recordLimit = 1000
        return settings
    }

    /// A pod for a node; clouds send it only to a Node that is there.
    private func pod(_ index: Int, _ number: Int) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": JSONValue(text: Self.podName(index, number)), "namespace": "fleet"],
            "spec": [
                "nodeName": JSONValue(text: "edge-\(index)"), "containers": [["name": "main", "image": "main:1"]],
            ],
        ]
    }

    private static func podName(_ index: Int, _ number: Int) -> String { "pod-\(index)-\(number)" }

    private func measure(
        _ cloud: FakeCloudCore, _ processes: [NodeProcess], since start: UInt64
    ) async throws -> JSONValue {
        try await untilAll("Ready", processes) { index in
            guard try await cloud.object("Node", "", "edge-\(index)").isReady else { return false }
            for number in 0..<pods { try await cloud.apply(pod(index, number)) }
            return true
        }
        let ready = SystemTime.ticks() - start
        try await untilAll("running their pods", processes) { index in
            for number in 0..<pods {
                let pod = try await cloud.object("Pod", "fleet", Self.podName(index, number))
                guard pod?["status"]?["phase"]?.text == "Running" else { return false }
            }
            return true
        }
        // What the start left to do is done.
        try await Task.sleep(for: .seconds(min(10, seconds)))
        let sessions = cloud.counters
        let before = processes.map { ProcessFigures($0.pid) }
        let own = ProcessFigures(getpid())
        let begun = SystemTime.ticks()
        try await Task.sleep(for: .seconds(seconds))
        let after = processes.map { ProcessFigures($0.pid) }
        let taken = Double(SystemTime.ticks() - begun)
        let ownAfter = ProcessFigures(getpid())
        let later = cloud.counters
        let readyAfter = try await readyNodes(cloud)
        let figures = zip(before, after).compactMap { before, after in
            before.flatMap { before in after.map { (before, $0) } }
        }
        guard figures.count == nodes, readyAfter == nodes else {
            throw BenchError("\(figures.count) of \(nodes) run and \(readyAfter) are Ready at the end")
        }
        let cpu = figures.map { $1.cpu - $0.cpu }.sorted()
        func spread(_ values: [Int]) -> JSONValue {
            let sorted = values.sorted().map { UInt64($0) }
            return [
                "min": JSONValue(integer: sorted.first ?? 0),
                "mean": JSONValue(integer: sorted.reduce(0, +) / UInt64(max(1, sorted.count))),
                "p50": JSONValue(integer: percentile(sorted, 0.5)), "max": JSONValue(integer: sorted.last ?? 0),
            ]
        }
        return [
            "nodes": JSONValue(integer: nodes), "pods": JSONValue(integer: pods),
            "ready": JSONValue(integer: readyAfter),
            "all_ready_seconds": JSONValue(Double(ready) / 1e9, digits: 1),
            "idle_seconds": JSONValue(taken / 1e9, digits: 1),
            "rss_kib": spread(figures.map(\.1.resident)), "pss_kib": spread(figures.map(\.1.proportional)),
            "peak_kib": spread(figures.map(\.1.peak)),
            "threads": spread(figures.map(\.1.threads)),
            "cpu_percent_mean": JSONValue(
                Double(cpu.reduce(0, +)) / Double(max(1, nodes)) * 100 / taken, digits: 3),
            "cpu_percent_max": JSONValue(Double(cpu.last ?? 0) * 100 / taken, digits: 3),
            "cloud_cpu_percent": JSONValue(
                Double((ownAfter?.cpu ?? 0) - (own?.cpu ?? 0)) * 100 / taken, digits: 1),
            "messages_up_per_second": JSONValue(
                Double(later.framesUp - sessions.framesUp) * 1e9 / taken, digits: 1),
            "lost_sessions": JSONValue(integer: later.sessions - nodes),
            "enrollments": JSONValue(integer: later.enrollments),
        ]
    }

    /// Waits until a condition has held once for each node.
    private func untilAll(
        _ what: String, _ processes: [NodeProcess], _ condition: (Int) async throws -> Bool
    ) async throws {
        var missing = Set(0..<nodes)
        try await until("all nodes \(what)", within: .seconds(patience)) {
            for index in missing where try await condition(index) { missing.remove(index) }
            if let index = missing.first(where: { processes[$0].hasEnded }) {
                throw BenchError("node \(index) has ended; its log:\n\(processes[index].lastWords)")
            }
            return missing.isEmpty
        }
    }

    private func readyNodes(_ cloud: FakeCloudCore) async throws -> Int {
        var count = 0
        for index in 0..<nodes where try await cloud.object("Node", "", "edge-\(index)").isReady { count += 1 }
        return count
    }
}
