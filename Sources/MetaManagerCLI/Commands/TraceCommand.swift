internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManager
internal import MetaManagerApp
internal import MetaServer

/// `metamanager trace`: messages and decisions as they happen, without bodies.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show the last messages and decisions, one JSON line each; bodies are never shown.",
        discussion: """
            With --record, the flight record is written to a file: the last messages and decisions that fit into \
            trace.bytes, of earlier runs too, redacted, for metamanager replay. When no daemon runs, the record is \
            read from trace.path.
            """)

    @Flag(name: .shortAndLong, help: "Go on with what happens from now on.")
    var follow = false

    @Option(help: "How many of the last ones to show at first.")
    var tail = 50

    @Option(help: ArgumentHelp("Write the flight record to this file; - for standard output.", valueName: "file"))
    var record: String?

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if follow, record != nil { throw ValidationError("--record writes what was recorded: leave out --follow") }
    }

    func run() throws {
        if let record { return try write(to: record) }
        do {
            let answer = try daemon.client().lines("/metamanager/v1/trace?tail=\(tail)\(follow ? "&follow=true" : "")")
            {
                Diagnostics.result($0)
                return true
            }
            if let message = answer.message { throw Failure.no(message) }
        } catch let error as APIClientError {
            throw daemon.unreachable(error)
        }
    }

    private func write(to path: String) throws {
        var output: RecordFile?
        func take(_ line: Bytes) throws {
            if output == nil { output = try RecordFile(path) }
            try output?.write(line + [UInt8(ascii: "\n")])
        }
        var lines = 0
        var failure: (any Error)?
        do {
            let answer = try daemon.client().lines("/metamanager/v1/record") { line in
                do {
                    try take(line)
                    lines += 1
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
            if let message = answer.message { throw Failure.no(message) }
        } catch let error as APIClientError {
            // After a crash the record is all there is; a socket that was named means that daemon.
            guard error.code == .unreachable, daemon.socket == nil else { throw daemon.unreachable(error) }
            lines = try read(take, else: error)
        }
        try output?.close()
        Diagnostics.note("\(lines) lines written to \(path)")
    }

    /// Reads the record of a daemon that does not run.
    private func read(_ take: (Bytes) throws -> Void, else error: APIClientError) throws -> Int {
        let folder = try daemon.configuration.load().settings.trace.path
        let export = FlightExport(
            folder: folder, build: Release.version, peer: nil, now: SystemTime().now().wall)
        guard export.segmentCount > 0 else { throw daemon.unreachable(error) }
        Diagnostics.note("no daemon runs here; the record in \(folder) is read as it is")
        var lines = 0
        while let piece = export.next() {
            for line in piece.split(separator: UInt8(ascii: "\n")) {
                try take(Bytes(line))
                lines += 1
            }
        }
        return lines
    }
}

/// The file that a record is written to, for its owner alone.
private struct RecordFile {
    private let path: String
    private let descriptor: CInt
    private var buffer: [UInt8] = []

    init(_ path: String) throws {
        self.path = path
        descriptor =
            path == "-" ? 1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Failure.cannotCreate("\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    mutating func write(_ bytes: Bytes) throws {
        buffer += bytes
        if buffer.count > 64 << 10 { try flush() }
    }

    private mutating func flush() throws {
        var start = 0
        while start < buffer.count {
            let count = buffer[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw Failure.io("\(path) cannot be written: \(String(cString: strerror(errno))); free space")
            }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    mutating func close() throws {
        try flush()
        guard descriptor != 1 else { return }
        guard Glibc.close(descriptor) == 0 else {
            throw Failure.io("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
