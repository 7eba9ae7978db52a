internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp

/// `metamanager bench`: the real engine on the real store, counting sinks around it.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the engine on a file of messages; prints one JSON object.")

    @Option(help: "The messages to run, one JSON frame in a line.")
    var messages: String

    @Option(help: "Messages that fill the store before the clock starts.")
    var preload: String?

    @Option(help: "bus: parsed beforehand; wire: decoded and encoded within the time measured.")
    var mode = "bus"

    @Option(name: .customLong("in-flight"), help: "How many messages may be under way; 1 is a closed loop.")
    var inFlight = 1024

    @Option(help: "The database file; it is made anew.")
    var database = "bench.db"

    @Option(help: "up, down, or auto: down for queries, up for the rest.")
    var link = "auto"

    func validate() throws {
        guard BenchRun.Mode(rawValue: mode) != nil else {
            throw ValidationError("--mode is bus or wire, not '\(mode)'")
        }
        guard ["auto", "up", "down"].contains(link) else {
            throw ValidationError("--link is up, down or auto, not '\(link)'")
        }
        guard inFlight > 0 else { throw ValidationError("--in-flight is at least 1") }
    }

    func run() throws {
        let run = BenchRun(
            messages: messages, preload: preload, mode: BenchRun.Mode(rawValue: mode) ?? .bus, inFlight: inFlight,
            database: database, isLinkUp: link == "auto" ? nil : link == "up",
            progress: { Diagnostics.note($0) })
        do {
            Diagnostics.result(try run.run().json)
        } catch let error as DecodeError {
            throw Failure.badInput("\(messages): \(error)")
        } catch {
            throw Failure.io("\(error)")
        }
    }
}
