public import Beehive
public import MetaManager
public import MetaStore

extension Router {
    /// Adds `export` and `import` of KubeEdge files.
    mutating func addExchange(_ context: ServerContext) {
        on("POST", "/metamanager/v1/export") { request in
            guard let path = request.target.filled("path"), path.hasPrefix("/") else {
                return .failure(400, reason: "BadRequest", "path has to be an absolute path")
            }
            var release: KubeEdgeRelease?
            if let name = request.target.filled("release") {
                release = KubeEdgeRelease(rawValue: name)
                guard release != nil else {
                    return .failure(400, reason: "BadRequest", "release '\(name)' is not known: 1.22 or 1.23")
                }
            }
            let form = release
            let response = await context.blocking {
                .json(
                    ExchangeReports.json(
                        try StoreExport.run(
                            database: context.reader.path, to: path, release: form, sealing: context.sealing)))
            }
            // All secrets are in the file, in plain.
            context.audit?.record(
                storedType: nil, namespace: nil, name: nil, request: request, status: response.status)
            return response
        }
        on("POST", "/metamanager/v1/import") { request in
            guard let path = request.target.filled("path"), path.hasPrefix("/") else {
                return .failure(400, reason: "BadRequest", "path has to be an absolute path")
            }
            guard let importer = context.importer else {
                return .failure(404, reason: "NotFound", "this daemon cannot import")
            }
            guard let report = importer.start(file: path) else {
                return .failure(409, reason: "Conflict", "another import is under way; wait until it is done")
            }
            return .json(ExchangeReports.json(report), status: 202)
        }
        on("GET", "/metamanager/v1/import") { _ in
            guard let report = context.importer?.lastReport else {
                return .failure(404, reason: "NotFound", "nobody has imported anything since the daemon runs")
            }
            return .json(ExchangeReports.json(report))
        }
    }
}

/// Exports and imports, as the API and the command line report them.
public enum ExchangeReports {
    /// What was exported.
    ///
    /// - Parameter report: the export.
    /// - Returns: its report as the command line prints it.
    public static func json(_ report: StoreExport.Report) -> JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { JSONValue(text: $0) }) }
        return [
            "release": JSONValue(text: report.release.rawValue), "meta": JSONValue(integer: report.rows),
            "meta_v2": JSONValue(integer: report.secondRows), "tables": list(report.foreignTables),
            "left_out": list(report.leftOut), "unreadable": list(report.unreadable),
            "waiting": ["state": JSONValue(integer: report.states), "fact": JSONValue(integer: report.facts)],
        ]
    }

    /// How an import goes.
    ///
    /// - Parameter report: the import.
    /// - Returns: its report as the command line prints it.
    public static func json(_ report: ImportReport) -> JSONValue {
        let progress = report.progress
        return [
            "state": JSONValue(text: report.state.rawValue), "total": JSONValue(integer: progress.total),
            "added": JSONValue(integer: progress.added), "replaced": JSONValue(integer: progress.replaced),
            "kept": JSONValue(integer: progress.kept), "skipped": JSONValue(integer: progress.skipped),
            "tables": .array(progress.foreignTables.map { JSONValue(text: $0) }),
            "problem": report.problem.map { JSONValue(text: $0) } ?? .null,
        ]
    }
}
