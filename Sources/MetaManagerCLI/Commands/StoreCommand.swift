internal import ArgumentParser
internal import Beehive
internal import MetaServer
internal import MetaStore

/// `metamanager store`.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the database.",
        subcommands: [
            StoreCheckCommand.self, StoreRepairCommand.self, StoreBackupCommand.self, StoreCompactCommand.self,
            StoreRekeyCommand.self, StoreExportCommand.self, StoreImportCommand.self,
        ])
}

/// `metamanager store check`: schema, pages, rows, feed and outbox; exit code 1 when something is wrong.
struct StoreCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the database, through the daemon or on a file; exit code 1 when something is wrong.")

    @Option(help: "Check this file in place of asking the daemon.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        let report = try database.map(check(file:)) ?? askDaemon()
        if output == .json {
            Diagnostics.result(report.json)
        } else {
            var lines = (report["problems"]?.elements ?? []).map {
                "\($0["key"]?.text ?? ""): \($0["what"]?.text ?? "")"
            }
            lines += (report["lost"]?.elements ?? []).map {
                "object/\($0.text ?? ""): lost by damage, and not come again"
            }
            let problems = report["problems"]?.elements.count ?? 0
            let verdict = report["ok"] == true ? "ok" : "NOT ok"
            lines.append(
                "\(verdict): schema \(report["schema"]?.integer ?? 0), \(report["rows"]?.integer ?? 0) rows, "
                    + "\(problems) problems, \(lines.count - problems) lost, sealing \(report["sealing"]?.text ?? "-")")
            Diagnostics.result(lines.joined(separator: "\n"))
        }
        if report["ok"] != true { throw ExitCode(1) }
    }

    private func askDaemon() throws -> JSONValue {
        guard let report = try daemon.get("/metamanager/v1/check").json else {
            throw Failure.io("the daemon's answer is unreadable")
        }
        return report
    }

    private func check(file: String) throws -> JSONValue {
        do {
            let report = try StoreCheck.run(path: file, sealing: SealingFile.sealing(file, key: keyFile)) { progress in
                guard case .rows(let table, let done, let total) = progress, done > 0, done < total,
                    done % 16_384 == 0
                else { return }
                Diagnostics.note("\(table): \(done) of \(total) rows")
            }
            return [
                "ok": .bool(report.ok), "schema": JSONValue(integer: report.schema),
                "rows": JSONValue(integer: report.rows), "sealing": JSONValue(text: report.sealing.rawValue),
                "lost": .array(report.lost.map { JSONValue(text: $0) }),
                "problems": .array(
                    report.problems.map { ["key": JSONValue(text: $0.key), "what": JSONValue(text: $0.what)] }),
            ]
        } catch {
            throw StoreFailure.exit(error)
        }
    }
}
