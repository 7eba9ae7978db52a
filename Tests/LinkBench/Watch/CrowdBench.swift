import ArgumentParser
import Beehive
import FakeCloud
import Glibc
import NIOPosix

/// Many watchers on many objects: what they cost while nothing happens, and while all are told of changes.
struct CrowdBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crowd",
        abstract: "Measure memory and processor time of the daemon with many watchers; prints one JSON object.",
        discussion: "Watchers to whom something is not told, or who are ended, end it with exit code 1.")

    @Option(help: "The release binary.")
    var binary: String

    @Option(help: "How many watch all config maps.")
    var watchers = 1000

    @Option(help: "How many config maps the cloud changes, each once.")
    var changes = 1000

    @Option(help: "Config maps in the store.")
    var keys = 10_000

    @Option(name: .customLong("value-bytes"), help: "Bytes of each.")
    var valueBytes = 3000

    @Option(help: "Seconds after which what was not told is missing.")
    var patience = 120

    @Option(help: "Where the database lies.")
    var folder = "."

    func validate() throws {
        guard watchers > 0, changes > 0, changes <= keys, valueBytes >= 500 else {
            throw ValidationError("--changes is not above --keys, and --value-bytes is at least 500")
        }
    }

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        defer { folder.remove() }
        // Daemons live only as long as the thread that started them; another reads what watchers are told.
        let thread = NIOThreadPool(numberOfThreads: 1)
        let reading = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        reading.start()
        let outcome: Result<JSONValue, any Error>
        do {
            let database = try await thread.runIfActive { [binary, keys, valueBytes] in
                try LoadStore(binary: binary, folder: folder.path, keys: keys, bytes: valueBytes)
                    .copy(to: folder.path + "/copy")
            }
            outcome = .success(
                try await WatchedNode.serve(
                    binary: binary, folder: folder, database: database, thread: thread
                ) { try await measure($0, thread, reading) })
        } catch {
            outcome = .failure(error)
        }
        try await thread.shutdownGracefully()
        try await reading.shutdownGracefully()
        let figures = try outcome.get()
        figures.print()
        if figures["missing"]?.integer != 0 || figures["ended"]?.integer != 0 { throw ExitCode.failure }
    }

    private func measure(
        _ node: WatchedNode, _ thread: NIOThreadPool, _ reading: NIOThreadPool
    ) async throws -> JSONValue {
        let pid = node.process.pid
        // What a start does behind itself is none of the watchers'.
        try await Task.sleep(for: .milliseconds(500))
        let before = DaemonMemory(pid).resident
        let readers = try await thread.runIfActive { [watchers] in
            let list = try UnixSocket.get(node.api, "/api/v1/configmaps?limit=1")
            let mark = #""resourceVersion":""#
            guard let start = list.ranges(of: mark).first?.upperBound else { throw BenchError("no list: \(list)") }
            let version = list[start...].prefix { $0 != "\"" }
            return try WatchReaders(
                path: node.api, target: "/api/v1/configmaps?watch=1&resourceVersion=\(version)", count: watchers)
        }
        async let read: Void = reading.runIfActive { readers.run() }
        // Behind who runs until then: it is waited for when this has been done.
        defer { readers.stop() }
        try await until("all watch", within: .seconds(patience)) {
            try await node.metric("watchers", thread) == watchers
        }
        try await Task.sleep(for: .milliseconds(500))
        let with = DaemonMemory(pid).resident
        let isPeakOwn = DaemonMemory.forgetPeak(pid)
        let cpu = ProcessFigures.cpu(pid) ?? 0
        let start = SystemTime.ticks()
        let load = CloudLoad(cloud: node.cloud, node: WatchedNode.name, patience: .seconds(patience))
        guard let work = LoadWork.all(.wss, keys: keys, bytes: valueBytes).first else { throw BenchError("no work") }
        let ledger = try await load.run(work, window: 0, first: 1, count: changes, inFlight: 64)
        guard ledger.isDone, ledger.wrong == 0 else {
            throw BenchError("\(ledger.missing) changes were not acked: \(ledger.firstWrong ?? "")")
        }
        let acked = SystemTime.ticks() - start
        let end = SystemTime().now().advanced(by: .seconds(patience)).ticks
        while readers.told.contains(where: { $0 < changes }), readers.ended == 0, SystemTime.ticks() < end {
            try await Task.sleep(for: .milliseconds(5))
        }
        let taken = SystemTime.ticks() - start
        let used = (ProcessFigures.cpu(pid) ?? cpu) - cpu
        let memory = DaemonMemory(pid)
        let told = readers.told
        let ended = readers.ended
        readers.stop()
        try await read
        try await until("nobody watches", within: .seconds(60)) { try await node.metric("watchers", thread) == 0 }
        try await Task.sleep(for: .seconds(2))
        let missing = told.reduce(0) { $0 + max(0, changes - $1) } + told.reduce(0) { $0 + max(0, $1 - changes) }
        return [
            "watchers": JSONValue(integer: watchers), "keys": JSONValue(integer: keys),
            "changes": JSONValue(integer: changes), "value_bytes": JSONValue(integer: valueBytes),
            "rss_kib_before": JSONValue(integer: before), "rss_kib_with": JSONValue(integer: with),
            "rss_kib_peak": JSONValue(integer: memory.peak), "is_peak_own": .bool(isPeakOwn),
            "rss_kib_told": JSONValue(integer: memory.resident),
            "rss_kib_after": JSONValue(integer: DaemonMemory(pid).resident),
            "acked_seconds": JSONValue(Double(acked) / 1e9, digits: 3),
            "told_seconds": JSONValue(Double(taken) / 1e9, digits: 3),
            "daemon_cpu_seconds": JSONValue(Double(used) / 1e9, digits: 3),
            "missing": JSONValue(integer: missing), "ended": JSONValue(integer: ended),
        ]
    }
}
