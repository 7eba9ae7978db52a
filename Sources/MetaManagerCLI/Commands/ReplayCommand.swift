internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManager
internal import MetaManagerApp
internal import MetaStore

/// `metamanager replay FILE.jsonl`: recorded traffic against a scratch store.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run recorded traffic against a scratch store and print the decisions.",
        discussion: """
            Each line of the file is one frame or event with its direction. With --expect, exactly one acknowledgement \
            must go out for each frame of the cloud that needs one; a first line {"expect":"file"} asks for the \
            recorded acks and answers. Exit code 1 on divergence.

            A flight record (trace --record) is replayed through this build in the record's own time, with or without \
            --expect, up to the first decision that differs: shown with its message, as recorded and as made now.
            """)

    @Argument(help: "The recording, one JSON object in a line; - for standard input.")
    var file: String

    @Flag(help: "Compare what goes out with what has to.")
    var expect = false

    /// The most bytes of recorded traffic, which is held as a whole; a flight record is not.
    private static let trafficLimit = 256 << 20

    func run() throws {
        let traffic: RecordedTraffic
        do {
            var bytes: [UInt8] = []
            var reader = try LineReader(path: file)
            if let first = try reader.next() {
                if FlightReplay.isRecord(first) { return try replay(first, reader) }
                bytes += first + [UInt8(ascii: "\n")]
            }
            while let line = try reader.next() {
                bytes += line + [UInt8(ascii: "\n")]
                guard bytes.count <= Self.trafficLimit else {
                    throw Failure.badInput("\(file): more than \(Self.trafficLimit) bytes; replay it in parts")
                }
            }
            reader.close()
            traffic = try RecordedTraffic(parsing: bytes[...])
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Failure.badInput("\(file): \(OneLine.of("\(error)", limit: 1000))")
        }
        var template = Array("/tmp/metamanager-replay-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure.cannotCreate("/tmp: no scratch folder can be made") }
        let folder = String(cString: made)
        defer {
            for name in ["db", "db-wal", "db-shm"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        let report: ReplayReport
        do {
            let start = SystemTime().now()
            var replay = WireReplay(store: try MetaStore(path: "\(folder)/db", now: start.wall), start: start)
            report = try replay.run(traffic)
        } catch {
            throw StoreFailure.exit(error)
        }
        for line in report.decisionLines { Diagnostics.result(line) }
        // Nothing that was replayed is no proof of anything.
        if report.decisions.isEmpty { throw Failure.badInput("\(file): no message could be replayed") }
        guard expect else { return Diagnostics.note(report.summary) }
        for divergence in report.divergences { Diagnostics.result("DIVERGENCE \(divergence)") }
        Diagnostics.note(report.summary)
        if !report.divergences.isEmpty { throw ExitCode(1) }
    }

    /// Replays a flight record line by line, however long it is.
    private func replay(_ first: Bytes, _ rest: LineReader) throws {
        var reader = rest
        defer { reader.close() }
        var replay = FlightReplay()
        var line: Bytes? = first
        do {
            while let next = line, try replay.take(next) {
                if !replay.lastDecision.isEmpty { Diagnostics.result(replay.lastDecision) }
                line = try reader.next()
            }
        } catch {
            throw Failure.badInput("\(file): \(OneLine.of("\(error)", limit: 1000))")
        }
        let report = replay.report
        if let divergence = report.divergence {
            for line in divergence.lines { Diagnostics.result(line) }
        }
        Diagnostics.note(report.summary)
        if report.divergence != nil { throw ExitCode(1) }
        // As above.
        if report.decisions == 0 { throw Failure.badInput("\(file): no decision could be replayed") }
    }
}
