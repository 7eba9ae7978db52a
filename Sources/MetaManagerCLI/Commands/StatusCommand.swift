internal import ArgumentParser
internal import Beehive
internal import MetaServer

/// `metamanager status`: link, store, queues, modules; exit code 1 when not ready.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the daemon stands; exit code 1 when it is not ready.")

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        let answer = try daemon.get("/metamanager/v1/status")
        guard let status = answer.json else { throw Failure.io("the daemon's status is unreadable") }
        if output == .json { Diagnostics.result(answer.body) } else { Diagnostics.result(Self.text(status)) }
        if status["ready"] != true { throw ExitCode(1) }
    }

    static func text(_ status: JSONValue) -> String {
        func text(_ value: JSONValue?) -> String {
            guard let value, value != .null else { return "-" }
            return value.text ?? String(decoding: value.json, as: UTF8.self)
        }
        let link = status["link"] ?? .null
        let store = status["store"] ?? .null
        let outbox = status["outbox"] ?? .null
        let sync = status["podstatus_sync"] ?? .null
        var lines = [
            "ready      \(status["ready"] == true ? "yes" : "NO")",
            "link       \(text(link["state"])), since \(link["since"]?.text ?? "the start"), "
                + "\(text(link["reconnects"])) reconnects"
                + (link["phase"]?.text.flatMap { $0 == "alive" ? nil : ", \($0)" } ?? "")
                + (link["certificate_until"]?.text.map { ", certificate until \($0)" } ?? ""),
            "store      \(text(store["health"])), \(text(store["rows"])) objects, \(text(store["bytes"])) bytes, "
                + "sealing \(text(store["sealing"]))"
                + (store["check"]?.text.flatMap { $0 == "ok" ? nil : ", check \($0)" } ?? "")
                + (store["lost"]?.integer.flatMap { $0 == 0 ? nil : ", \($0) lost" } ?? "")
                + (store["sealing"]?.text == "off" ? "" : " (\(text(store["sealed_rows"])) rows)")
                + ", \(text(store["path"]))",
            "inbox      \(text(status["inbox"])) waiting",
            "outbox     \(text(outbox["state"])) states, \(text(outbox["fact"])) facts, oldest "
                + "\(text(outbox["oldest_seconds"])) s",
            "podstatus  " + (sync["last"]?.text.map { "last sync \($0): \(text(sync["result"]))" } ?? "not synced yet"),
        ]
        if let backup = status["backup"] {
            let newest = backup["path"]?.text.map {
                "the newest is \($0), \(text(backup["age_seconds"])) s old, \(text(backup["bytes"])) bytes"
            }
            lines.append(
                "backup     \(text(backup["state"]))" + (backup["reason"]?.text.map { " (\($0))" } ?? "")
                    + ", \(newest ?? "none is there")")
        }
        if let node = status["node"] {
            lines.insert(
                "node       "
                    + (node["registered"] == true
                        ? "registered with a cloud of \(text(node["generation"])), lease "
                            + (node["last_lease"]?.text ?? "not kept")
                        : link["state"]?.text == "up"
                            ? "NOT registered"
                            : "not known while the link is down, last lease \(node["last_lease"]?.text ?? "none")"),
                at: 2)
        }
        for module in status["modules"]?.elements ?? [] {
            lines.append(
                "module     \(text(module["name"])) (\(text(module["group"]))), "
                    + (module["attached"] == true ? "attached" : "away") + ", \(text(module["mailbox"])) in its mailbox"
            )
        }
        for entry in status["configuration"]?["pending"]?.elements ?? [] {
            lines.append(
                "pending    \(text(entry["key"])): \(text(entry["running"])) runs, \(text(entry["file"])) waits for a restart"
            )
        }
        for problem in status["problems"]?.elements ?? [] { lines.append("problem    \(text(problem))") }
        return lines.joined(separator: "\n")
    }
}
