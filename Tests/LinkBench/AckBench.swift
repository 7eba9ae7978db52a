import ArgumentParser
import Beehive
import FakeCloud
import Glibc
import NIOPosix

/// The time from a message leaving the cloud to its ack being there, with one message under way, as CloudCore works.
///
/// What is measured holds the cloud's own TLS and decoding too, so the node is rather faster than the figures.
struct AckBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Measure ack latency beside the disk's sync latency; prints one JSON object.")

    @Option(help: "The release binary.")
    var binary: String

    @Option(help: "How many configmaps are pushed.")
    var pushes = 2000

    @Option(help: "Bytes of each configmap.")
    var bytes = 3000

    @Option(help: "Where the database lies; the disk that is measured.")
    var folder = "."

    @Flag(help: "Fail when the median ack takes more than three median syncs and a millisecond.")
    var check = false

    private static let node = "bench-1"

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        defer { folder.remove() }
        var settings = FakeCloudCore.Settings()
        settings.transport = .tls
        settings.recordLimit = pushes + 10_000
        let cloud = try await FakeCloudCore.start(settings)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let process = try await thread.runIfActive { [binary] in
            try NodeProcess(Self.node, binary: binary, cloud: cloud, folder: folder.path + "/node", withEdged: false)
        }
        let outcome: Result<JSONValue, any Error>
        do {
            outcome = .success(try await measure(cloud, process, folder))
        } catch {
            outcome = .failure(BenchError("\(error); the node's log:\n\(process.lastWords)"))
        }
        process.terminate()
        process.reap()
        await cloud.stop()
        try await thread.shutdownGracefully()
        let figures = try outcome.get()
        figures.print()
        if check, figures["is_fast"] == .bool(false) { throw ExitCode.failure }
    }

    private func measure(
        _ cloud: FakeCloudCore, _ process: NodeProcess, _ folder: BenchFolder
    ) async throws -> JSONValue {
        try await cloud.waitForNode(Self.node)
        // Registration and the first messages are over.
        try await until("Ready", within: .seconds(60)) {
            try await cloud.object("Node", "", Self.node).isReady
        }
        let probe = try DiskProbe(folder: folder.path)
        let rounds = 10
        let before = ProcessFigures(process.pid)
        var taken: UInt64 = 0
        var latencies: [UInt64] = []
        for round in 0..<rounds {
            // In turns, so that both see the same minute of the disk.
            try probe.measure(max(20, pushes / rounds / 2))
            let known = cloud.ackLatencies.count
            let start = SystemTime.ticks()
            for index in 0..<pushes / rounds { try await push(round * (pushes / rounds) + index, cloud) }
            let wanted = known + pushes / rounds
            let end = SystemTime().now().advanced(by: .seconds(120)).ticks
            while cloud.counters.acks < wanted {
                guard SystemTime.ticks() < end else { throw BenchError("acks are missing") }
                try await Task.sleep(for: .milliseconds(1))
            }
            taken += SystemTime.ticks() - start
            latencies += cloud.ackLatencies.dropFirst(known).map(\.nanoseconds)
        }
        let cpu = (ProcessFigures(process.pid)?.cpu ?? 0) - (before?.cpu ?? 0)
        return report(latencies.sorted(), probe.latencies.sorted(), taken, cpu, cloud.counters)
    }

    private func push(_ number: Int, _ cloud: FakeCloudCore) async throws {
        let filler = String(repeating: "x", count: max(0, bytes - 200))
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": JSONValue(text: "c\(number)"), "namespace": "bench", "uid": JSONValue(text: "uid-\(number)"),
                "resourceVersion": JSONValue(text: "\(number + 1)"),
            ],
            "data": ["number": JSONValue(text: "\(number)"), "filler": JSONValue(text: filler)],
        ]
        let message = try await cloud.message(
            .update, "bench/configmap/c\(number)", content: Content(object), version: "\(number + 1)")
        try await cloud.push(message, to: Self.node)
    }

    private func report(
        _ acks: [UInt64], _ syncs: [UInt64], _ taken: UInt64, _ cpu: UInt64, _ counters: CloudCoreCounters
    ) -> JSONValue {
        func micros(_ nanoseconds: UInt64) -> JSONValue { JSONValue(integer: nanoseconds / 1000) }
        let limit = 3 * percentile(syncs, 0.5) + 1_000_000
        return [
            "pushes": JSONValue(integer: acks.count), "bytes": JSONValue(integer: bytes),
            "ack_p50_us": micros(percentile(acks, 0.5)), "ack_p99_us": micros(percentile(acks, 0.99)),
            "ack_max_us": micros(acks.last ?? 0), "fdatasync_p50_us": micros(percentile(syncs, 0.5)),
            "fdatasync_p99_us": micros(percentile(syncs, 0.99)),
            "per_second": JSONValue(Double(acks.count) * 1e9 / Double(max(1, taken)), digits: 0),
            "node_cpu_us_per_push": JSONValue(Double(cpu) / 1000 / Double(max(1, acks.count)), digits: 0),
            "resends": JSONValue(integer: counters.resends),
            "is_fast": .bool(percentile(acks, 0.5) <= limit),
        ]
    }
}

extension JSONValue? {
    /// Whether `kubectl get nodes` would say Ready.
    var isReady: Bool {
        self?["status"]?["conditions"]?.elements.contains {
            $0["type"]?.text == "Ready" && $0["status"]?.text == "True"
        } == true
    }
}
