internal import ArgumentParser
internal import Beehive
internal import MetaServer
internal import MetaStore

/// `metamanager store export`: a plain KubeEdge file; exit code 1 when some rows do not open.
struct StoreExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a plain KubeEdge edgecore.db, to hand the node back to EdgeCore.",
        discussion: """
            The file has KubeEdge's tables with their own texts, and the tables of its other modules. Secrets stand in it \
            in plain: it is made with mode 0600, and an existing file is never overwritten. Through the daemon it is the \
            daemon that writes it.
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @Option(help: "1.22 (and older) or 1.23 (and newer); as the file was taken over if not named, else 1.23.")
    var release: String?

    @Option(help: "Read this database in place of asking the daemon.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func validate() throws {
        guard let release, KubeEdgeRelease(rawValue: release) == nil else { return }
        let known = KubeEdgeRelease.allCases.map(\.rawValue).joined(separator: " or ")
        throw ValidationError("release '\(release)' is not known: name \(known)")
    }

    func run() throws {
        let report = try database.map(write(from:)) ?? askDaemon()
        let unreadable = (report["unreadable"]?.elements ?? []).compactMap(\.text)
        if output == .json {
            Diagnostics.result(report.json)
        } else {
            let tables = report["tables"]?.elements.count ?? 0
            Diagnostics.result(
                "wrote \(file) in the form of KubeEdge \(report["release"]?.text ?? "-"): "
                    + "\(report["meta"]?.integer ?? 0) rows of meta, \(report["meta_v2"]?.integer ?? 0) of meta_v2, "
                    + "\(tables) tables of other modules")
            for line in unreadable { Diagnostics.result("not in it: \(line)") }
        }
        for line in (report["left_out"]?.elements ?? []).compactMap(\.text) { Diagnostics.note("not in it: \(line)") }
        let (states, facts) = (report["waiting"]?["state"]?.integer ?? 0, report["waiting"]?["fact"]?.integer ?? 0)
        if states + facts > 0 {
            Diagnostics.note(
                "\(states) states and \(facts) facts still wait for the cloud and are not in the file: let the link "
                    + "drain them (metamanager outbox flush, outbox list), and export again")
        }
        guard unreadable.isEmpty else {
            throw Failure.no("\(unreadable.count) rows do not open and are not in the file; name the right key file")
        }
    }

    private func askDaemon() throws -> JSONValue {
        var query = "?path=\(GetCommand.escaped(SealingFile.absolute(file)))"
        if let release { query += "&release=\(release)" }
        guard let report = try daemon.post("/metamanager/v1/export" + query, timeout: .seconds(3600)).json else {
            throw Failure.io("the daemon's answer is unreadable")
        }
        return report
    }

    private func write(from database: String) throws -> JSONValue {
        do {
            return ExchangeReports.json(
                try StoreExport.run(
                    database: database, to: file, release: release.flatMap(KubeEdgeRelease.init(rawValue:)),
                    sealing: SealingFile.sealing(database, key: keyFile)
                ) { rows in
                    if rows % 16_384 == 0 { Diagnostics.note("\(rows) rows") }
                })
        } catch {
            throw StoreFailure.exit(error)
        }
    }
}
