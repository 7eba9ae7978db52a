import ArgumentParser
import Beehive
import FakeCloud
import Glibc
import NIOPosix

/// From socket to socket: a load on the release daemon over its Unix socket and over wss, with one or many under way.
///
/// A message's time runs from just before it is written to its answer having been read and found right.
struct LoadBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Measure throughput, latency and memory of the daemon from socket to socket.",
        discussion: """
            Each load has a daemon and a store of its own, and runs in windows over the same keys; a figure is over all
            windows, growth from the end of the second window to the end of the last. Messages that are not answered, or
            not rightly, end it with exit code 1.
            """)

    enum Over: String, ExpressibleByArgument, CaseIterable {
        case unix, wss, both
    }

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(help: "The release binary.")
    var binary: String

    @Option(help: "unix: a module on the socket; wss: the cloud's pushes; or both.")
    var over = Over.both

    @Option(help: "Messages in each window.")
    var messages = 10_000

    @Option(help: "Windows of each load.")
    var windows = 5

    @Option(name: .customLong("in-flight"), help: "How many messages are under way, a load for each, with commas.")
    var inFlight = "1,64,1024"

    @Option(name: .customLong("value-bytes"), help: "Bytes of each object.")
    var valueBytes = 3000

    @Option(help: "Keys in the store.")
    var keys = 10_000

    @Option(help: "Seconds without any answer after which those under way are missing.")
    var patience = 30

    @Option(help: "Where the databases lie; the disk that is measured.")
    var folder = "."

    @Option(name: .shortAndLong, help: "table, or json: one object.")
    var output = Output.table

    @Flag(help: "Fail also when memory is not flat: more than 15 % above the second window after the last.")
    var check = false

    private static let node = "bench-1"

    private var levels: [Int] { inFlight.split(separator: ",").compactMap { Int($0) } }

    func validate() throws {
        guard !levels.isEmpty, levels.count == inFlight.split(separator: ",").count, levels.allSatisfy({ $0 > 0 })
        else { throw ValidationError("--in-flight is a list of numbers, such as 1,64,1024, not '\(inFlight)'") }
        guard messages > 0, windows > 0, keys > 0, patience > 0 else {
            throw ValidationError("--messages, --windows, --keys and --patience are at least 1")
        }
        guard valueBytes >= 500 else { throw ValidationError("--value-bytes is at least 500") }
        guard !check || windows >= 3 else { throw ValidationError("--check needs at least 3 windows") }
    }

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        defer { folder.remove() }
        // Daemons live only as long as the thread that started them.
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let outcome: Result<[LoadCase], any Error>
        do {
            outcome = .success(try await cases(folder, thread))
        } catch {
            outcome = .failure(error)
        }
        try await thread.shutdownGracefully()
        try conclude(outcome.get())
    }

    private func cases(_ folder: BenchFolder, _ thread: NIOThreadPool) async throws -> [LoadCase] {
        let store = try await thread.runIfActive { [binary, keys, valueBytes] in
            try LoadStore(binary: binary, folder: folder.path, keys: keys, bytes: valueBytes)
        }
        if output == .table { Swift.print(LoadTable.head) }
        var cases: [LoadCase] = []
        for way in LoadWork.Way.allCases where over == .both || over.rawValue == way.rawValue {
            for work in LoadWork.all(way, keys: keys, bytes: valueBytes) {
                for level in levels {
                    var load = LoadCase(work, inFlight: level)
                    try await run(&load, "\(folder.path)/\(cases.count)", store, thread)
                    cases.append(load)
                    guard output == .table else { continue }
                    Swift.print(LoadTable.row(load.json))
                    fflush(nil)
                }
            }
        }
        return cases
    }

    private func run(
        _ load: inout LoadCase, _ place: String, _ store: LoadStore, _ thread: NIOThreadPool
    ) async throws {
        var cloud: FakeCloudCore?
        if load.work.way == .wss {
            var settings = FakeCloudCore.Settings()
            settings.transport = .tls
            cloud = try await FakeCloudCore.start(settings)
        }
        let database = try store.copy(to: place + "-store")
        let process = try await thread.runIfActive { [binary, cloud] in
            try NodeProcess(
                Self.node, binary: binary, cloud: cloud, folder: place, withEdged: false, database: database)
        }
        var failure: BenchError?
        do {
            let driver = try await driver(cloud, place, thread)
            // What a start does behind itself is none of the load's.
            try await Task.sleep(for: .milliseconds(500))
            try await load.run(driver, windows: windows, messages: messages, daemon: process.pid)
        } catch {
            failure = BenchError("\(load.title): \(error); the daemon's log:\n\(process.lastWords)")
        }
        process.terminate()
        process.reap()
        await cloud?.stop()
        _ = system("rm -rf '\(place)' '\(place)-store'")
        if let failure { throw failure }
    }

    private func driver(_ cloud: FakeCloudCore?, _ place: String, _ thread: NIOThreadPool) async throws -> LoadDriver {
        guard let cloud else {
            let load = try await thread.runIfActive { [patience] in
                try UnixLoad(path: place + "/beehive.sock", patience: patience)
            }
            return .unix(load, thread: thread)
        }
        try await cloud.waitForNode(Self.node)
        try await until("Ready", within: .seconds(60)) {
            try await cloud.object("Node", "", Self.node).isReady
        }
        return .wss(CloudLoad(cloud: cloud, node: Self.node, patience: .seconds(patience)))
    }

    /// Reports, and says what is wrong.
    private func conclude(_ cases: [LoadCase]) throws {
        var faults: [String] = []
        for load in cases {
            faults += LoadFigures.faults(load.windows, isGrowthJudged: check).map { "\(load.title): \($0)" }
        }
        if output == .json {
            let report: JSONValue = [
                "messages_per_window": JSONValue(integer: messages), "windows": JSONValue(integer: windows),
                "keys": JSONValue(integer: keys), "value_bytes": JSONValue(integer: valueBytes),
                "cases": .array(cases.map(\.json)), "faults": .array(faults.map { JSONValue(text: $0) }),
            ]
            report.print()
        } else {
            Swift.print("CPU is for 10,000 messages; growth is from the second window's end to the last one's.")
        }
        for fault in faults { Self.warn("linkbench: \(fault)\n") }
        if !faults.isEmpty { throw ExitCode.failure }
    }

    private static func warn(_ text: String) {
        let bytes = Array(text.utf8)
        // A terminal that is gone reads no warning.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
