internal import ArgumentParser
internal import Beehive
internal import MetaServer

/// `metamanager outbox`: what waits for the cloud.
struct OutboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Show, drop or flush what waits for the cloud.",
        subcommands: [
            OutboxListCommand.self, OutboxDropCommand.self, OutboxFlushCommand.self, OutboxConflictsCommand.self,
        ])
}

/// `metamanager outbox list`.
struct OutboxListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show what waits for the cloud.")

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        let answer = try daemon.get("/metamanager/v1/outbox")
        if output == .json { return Diagnostics.result(answer.body) }
        var table = TextTable(headings: ["ID", "CLASS", "KEY", "AGE", "SIZE", "SENT"])
        for entry in answer.json?.elements ?? [] {
            func text(_ key: String) -> String {
                guard let value = entry[key], value != .null else { return "-" }
                return value.text ?? String(decoding: value.json, as: UTF8.self)
            }
            table.rows.append([text("id"), text("class"), text("key"), text("age"), text("size"), text("sent")])
        }
        Diagnostics.result(table.rows.isEmpty ? "nothing waits for the cloud" : table.text)
    }
}

/// `metamanager outbox drop`.
struct OutboxDropCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Give up an entry, or all; what is dropped never reaches the cloud.")

    @Argument(help: "The entry's id.")
    var id: String?

    @Flag(help: "Give up all entries.")
    var all = false

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("name an entry, or say --all") }
    }

    func run() throws {
        let target = id.map { "id=\(GetCommand.escaped($0))" } ?? "all=true"
        _ = try daemon.post("/metamanager/v1/outbox/drop?\(target)")
        Diagnostics.result("dropped")
    }
}

/// `metamanager outbox flush`.
struct OutboxFlushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flush", abstract: "Send what waits now, whatever the rate limit says.")

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        _ = try daemon.post("/metamanager/v1/outbox/flush")
        Diagnostics.result("flushing")
    }
}
