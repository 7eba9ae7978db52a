internal import ArgumentParser
internal import Beehive
internal import MetaServer

/// `metamanager trace`: messages and decisions as they happen, without bodies.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show the last messages and decisions, one JSON line each; bodies are never shown.")

    @Flag(name: .shortAndLong, help: "Go on with what happens from now on.")
    var follow = false

    @Option(help: "How many of the last ones to show at first.")
    var tail = 50

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
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
}
