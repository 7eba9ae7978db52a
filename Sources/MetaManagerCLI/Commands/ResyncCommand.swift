internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaServer

/// `metamanager resync`: asks the cloud again for all that can be asked; exit code 1 when something did not come.
struct ResyncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resync", abstract: "Ask the cloud again for all that can be asked.",
        discussion: """
            Asked are the Node, the configmaps, secrets and volume claims that stored pods name, those that are stored, \
            and lost keys of types that a cloud answers. A cloud gives no pods on demand: see docs/operations.md for \
            what it does not send again, and what helps.

            Progress goes to stderr, the result to stdout. Exit code 1 when something did not come; what the cloud \
            does not have is listed and is no failure.
            """)

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        var report = try begin()
        let round = report["round"]?.integer
        var told = ""
        while report["state"]?.text == "running" {
            usleep(200_000)
            guard let now = try daemon.get("/metamanager/v1/resync").json else { throw Self.unreadable }
            // Another round began: this one is over, and its figures are gone.
            guard now["round"]?.integer == round else { throw Failure.no("another resync has begun; see its result") }
            report = now
            let line = Self.progress(report)
            if line != told { Diagnostics.note(line) }
            told = line
        }
        if output == .json { Diagnostics.result(report.json) } else { Diagnostics.result(Self.text(report)) }
        // Stopped with the daemon, or not everything came.
        if report["failed"]?.integer != 0 || report["ended"] ?? .null == .null { throw ExitCode(1) }
    }

    private func begin() throws -> JSONValue {
        guard let report = try daemon.post("/metamanager/v1/resync").json else { throw Self.unreadable }
        return report
    }

    private static var unreadable: ExitCode { Failure.io("the daemon's answer is unreadable") }

    static func progress(_ report: JSONValue) -> String {
        "\(count(report, "asked")) of \(count(report, "total")) asked: " + outcome(report)
    }

    private static func outcome(_ report: JSONValue) -> String {
        "\(count(report, "answered")) answered, \(count(report, "not_found")) not found, "
            + "\(count(report, "failed")) failed"
    }

    private static func count(_ report: JSONValue, _ key: String) -> Int { report[key]?.integer ?? 0 }

    static func text(_ report: JSONValue) -> String {
        var lines = ["asked \(count(report, "asked")): " + outcome(report)]
        for key in report["missing"]?.elements ?? [] { lines.append("not found  \(key.text ?? "")") }
        for failure in report["failures"]?.elements ?? [] {
            lines.append("failed     \(failure["key"]?.text ?? ""): \(failure["cause"]?.text ?? "")")
        }
        for key in report["unaskable"]?.elements ?? [] {
            lines.append("lost       \(key.text ?? ""): a cloud does not answer for this type")
        }
        return lines.joined(separator: "\n")
    }
}
