internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp

/// `metamanager bench`: the real engine on the real store, counting sinks around it.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the engine on a file of messages; prints one JSON object.",
        discussion: """
            The real engine on the real store, as durable as in production, with counting sinks in the place of modules \
            and cloud. On a quiet node it tells what that node and its disk can do. The database, its key and \
            FILE.bench, which says that they are a bench's, stay behind for a look; a file that no bench made is never \
            replaced, and one that a daemon works on is refused.

            Figures: messages, seconds, per_second; p50_us, p99_us, max_us from sending a message to its last output; \
            queries, found: how many were answered with something; start_rss_kib, peak_rss_kib: resident memory of this \
            process, the messages that it holds with it, when the clock starts and at most from then on (its pages of \
            code were given back just before, and come again as they are used); written_bytes: given to the disk; \
            cpu_seconds: of all threads, user and system; database_bytes: with its log; commits, statements: of SQLite; \
            outputs: acks, deliveries, answers, reports; unexpected: outputs of no message; states_sent: states of pods \
            and nodes that the cloud took, states_owed: those it still has to get; then the settings.
            """)

    @Option(help: "The messages to run, one JSON frame in a line.")
    var messages: String

    @Option(help: "Messages that fill the store before the clock starts.")
    var preload: String?

    @Option(help: "bus: parsed beforehand; wire: decoded and encoded within the time measured.")
    var mode = "bus"

    @Option(name: .customLong("in-flight"), help: "How many messages may be under way, 1 to 1024; 1 is a closed loop.")
    var inFlight = 1024

    @Option(help: "The database file; made anew in the place of one that a bench made.")
    var database = "bench.db"

    @Option(help: "up, down, or auto: down for queries, up for the rest.")
    var link = "auto"

    @Option(help: ArgumentHelp("Keep a flight record in this folder, to see what that costs.", valueName: "folder"))
    var record: String?

    func validate() throws {
        guard BenchRun.Mode(rawValue: mode) != nil else {
            throw ValidationError("--mode is bus or wire, not '\(mode)'")
        }
        guard ["auto", "up", "down"].contains(link) else {
            throw ValidationError("--link is up, down or auto, not '\(link)'")
        }
        guard (1...BenchRun.mostInFlight).contains(inFlight) else {
            throw ValidationError(
                "--in-flight is 1 to \(BenchRun.mostInFlight), which is what the engine's inbox holds")
        }
    }

    func run() throws {
        var run = BenchRun(
            messages: messages, preload: preload, mode: BenchRun.Mode(rawValue: mode) ?? .bus, inFlight: inFlight,
            database: database, isLinkUp: link == "auto" ? nil : link == "up",
            progress: { Diagnostics.note($0) })
        run.record = record
        do {
            Diagnostics.result(try run.run().json)
        } catch let error as BenchError {
            Diagnostics.note(error.description)
            throw ExitCode(error.code)
        } catch {
            throw Failure.io("\(error)")
        }
    }
}
