import ArgumentParser
import Beehive
import FakeCloud
import Glibc
import NIOPosix

/// How long a pod takes from the cloud to edged while many watch pods, and while one of those does not read.
struct DeliveryBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery",
        abstract: "Measure pod delivery beside watchers, with all reading and with one asleep; prints one JSON object.",
        discussion: """
            The cloud pushes one pod at a time over TLS, a module on the Unix socket takes it. Windows go in turns: all
            read, then one does not; it comes again for the next. After the last the daemon has to end it by itself.
            """)

    @Option(help: "The release binary.")
    var binary: String

    @Option(help: "How many watch all pods.")
    var watchers = 50

    @Option(help: "Pods in each window.")
    var pods = 1000

    @Option(help: "Pairs of windows.")
    var rounds = 5

    @Option(name: .customLong("value-bytes"), help: "Bytes of each pod.")
    var valueBytes = 3000

    @Option(help: "Seconds after which what did not come is missing; the sleeper has as long to be ended.")
    var patience = 60

    @Option(help: "Where the database lies; the disk that is measured.")
    var folder = "."

    private static let target = "/api/v1/pods?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan"

    func validate() throws {
        guard watchers > 0, pods > 0, rounds > 0, valueBytes >= 500 else {
            throw ValidationError("--watchers, --pods and --rounds are at least 1, --value-bytes at least 500")
        }
    }

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        defer { folder.remove() }
        // Daemons live only as long as the thread that started them; the others read.
        let thread = NIOThreadPool(numberOfThreads: 1)
        let reading = NIOThreadPool(numberOfThreads: 2)
        thread.start()
        reading.start()
        let outcome: Result<JSONValue, any Error>
        do {
            outcome = .success(
                try await WatchedNode.serve(binary: binary, folder: folder, database: nil, thread: thread) {
                    try await measure($0, thread, reading)
                })
        } catch {
            outcome = .failure(error)
        }
        try await thread.shutdownGracefully()
        try await reading.shutdownGracefully()
        let figures = try outcome.get()
        figures.print()
        if figures["is_ended"] != .bool(true) || figures["missing"]?.integer != 0 { throw ExitCode.failure }
    }

    private func measure(
        _ node: WatchedNode, _ thread: NIOThreadPool, _ reading: NIOThreadPool
    ) async throws -> JSONValue {
        let listener = try await thread.runIfActive { try DeliveryListener(path: node.place + "/beehive.sock") }
        let readers = try await thread.runIfActive { [watchers] in
            try WatchReaders(path: node.api, target: Self.target, count: watchers)
        }
        async let listening: Void = reading.runIfActive { listener.run() }
        async let watching: Void = reading.runIfActive { readers.run() }
        // Behind those who run until then: they are waited for when this has been done.
        defer {
            listener.stop()
            readers.stop()
        }
        try await allWatch(node, thread)
        let work = LoadWork.pods(bytes: valueBytes)
        var number = 0
        func window() async throws -> [UInt64] {
            var latencies: [UInt64] = []
            latencies.reserveCapacity(pods)
            for key in 0..<pods {
                number += 1
                latencies.append(try await deliver(work, FrameFields(number, key: key), node, listener))
            }
            return latencies
        }
        // Fills the store and the caches.
        _ = try await window()
        var windows: (reading: [[UInt64]], asleep: [[UInt64]]) = ([], [])
        var told = pods
        var missing = 0
        for round in 0..<rounds {
            windows.reading.append(try await window())
            told += pods
            missing += try await missed(readers, told: told, beside: nil)
            readers.sleep(0, true)
            windows.asleep.append(try await window())
            told += pods
            missing += try await missed(readers, told: told, beside: 0)
            guard round < rounds - 1 else { break }
            try await thread.runIfActive { [told] in try readers.renew(0, told: told) }
            try await allWatch(node, thread)
        }
        let begun = SystemTime.ticks()
        var isEnded = true
        do {
            try await until("the sleeper is ended", within: .seconds(patience)) {
                try await node.metric("watchers", thread) == watchers - 1
            }
        } catch {
            isEnded = false
        }
        let ended = SystemTime.ticks() - begun
        listener.stop()
        readers.stop()
        try await listening
        try await watching
        return report(windows.reading, windows.asleep, isEnded: isEnded, after: ended, missing: missing)
    }

    private func allWatch(_ node: WatchedNode, _ thread: NIOThreadPool) async throws {
        try await until("all watch", within: .seconds(patience)) {
            try await node.metric("watchers", thread) == watchers
        }
    }

    private func deliver(
        _ work: FrameTemplate, _ fields: FrameFields, _ node: WatchedNode, _ listener: DeliveryListener
    ) async throws -> UInt64 {
        var frame: [UInt8] = []
        work.append(fields, to: &frame)
        frame.append(UInt8(ascii: "\n"))
        let sent = frame
        let start = SystemTime.ticks()
        let end = start + UInt64(patience) * 1_000_000_000
        try await node.cloud.send(to: WatchedNode.name) { [sent] }
        while SystemTime.ticks() < end {
            if let arrived = listener.take(fields.key) { return arrived - start }
            try await Task.sleep(for: .microseconds(200))
        }
        throw BenchError("pod \(fields.key) was not delivered within \(patience) s")
    }

    /// How many events were not told, or too often, of those that had to be.
    private func missed(_ readers: WatchReaders, told wanted: Int, beside sleeper: Int?) async throws -> Int {
        func difference() -> Int {
            readers.told.enumerated().reduce(0) { $0 + ($1.offset == sleeper ? 0 : abs($1.element - wanted)) }
        }
        let end = SystemTime().now().advanced(by: .seconds(patience)).ticks
        while difference() != 0, SystemTime.ticks() < end { try await Task.sleep(for: .milliseconds(5)) }
        return difference()
    }

    private func report(
        _ reading: [[UInt64]], _ asleep: [[UInt64]], isEnded: Bool, after ended: UInt64, missing: Int
    ) -> JSONValue {
        func figures(_ windows: [[UInt64]]) -> JSONValue {
            let all = windows.flatMap(\.self).sorted()
            return [
                "p50_us": JSONValue(integer: percentile(all, 0.5) / 1000),
                "p99_us": JSONValue(integer: percentile(all, 0.99) / 1000),
                "max_us": JSONValue(integer: (all.last ?? 0) / 1000),
                "windows_p99_us": .array(
                    windows.map { JSONValue(integer: percentile($0.sorted(), 0.99) / 1000) }),
            ]
        }
        return [
            "watchers": JSONValue(integer: watchers), "pods": JSONValue(integer: pods),
            "rounds": JSONValue(integer: rounds), "value_bytes": JSONValue(integer: valueBytes),
            "all_read": figures(reading), "one_asleep": figures(asleep), "is_ended": .bool(isEnded),
            "ended_after_seconds": JSONValue(Double(ended) / 1e9, digits: 1), "missing": JSONValue(integer: missing),
        ]
    }
}

extension FrameFields {
    /// A pod's fields: each push is newer than the last one.
    fileprivate init(_ number: Int, key: Int) {
        self.init(number: number, key: key, version: LoadWork.firstVersion + number)
    }
}
