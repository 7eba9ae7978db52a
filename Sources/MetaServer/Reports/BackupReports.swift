internal import Beehive
internal import MetaManager
internal import MetaStore

/// Backups and compaction, as the API tells of them.
enum BackupReports {
    /// How the backups stand, for `status`.
    static func json(_ report: BackupReport, now: Int64) -> JSONValue {
        var json: JSONValue = ["state": JSONValue(text: report.state.rawValue)]
        if let reason = report.reason { json["reason"] = JSONValue(text: reason) }
        if let result = report.result { json["result"] = JSONValue(text: result.rawValue) }
        if let newest = report.newest {
            json["path"] = JSONValue(text: newest.path)
            json["time"] = Timestamp.json(newest.time)
            json["age_seconds"] = JSONValue(integer: max(0, now - newest.time) / 1000)
            json["bytes"] = JSONValue(integer: newest.bytes)
        }
        return json
    }

    /// A backup that somebody asked for.
    static func json(_ request: BackupRequest) -> JSONValue {
        var json: JSONValue = [
            "state": JSONValue(text: request.state.rawValue), "path": JSONValue(text: request.path),
            "bytes": JSONValue(integer: request.bytes), "rows": JSONValue(integer: request.rows),
        ]
        if let failure = request.failure {
            json["code"] = JSONValue(text: failure.code.rawValue)
            json["problem"] = JSONValue(text: failure.description)
        }
        return json
    }

    /// How giving space back goes.
    static func json(_ report: CompactReport) -> JSONValue {
        var json: JSONValue = [
            "state": JSONValue(text: report.state.rawValue), "before": JSONValue(integer: report.progress.before),
            "after": JSONValue(integer: report.progress.after), "kept": JSONValue(integer: report.progress.kept),
        ]
        if let failure = report.failure { json["problem"] = JSONValue(text: failure) }
        return json
    }
}

extension Router {
    mutating func addBackup(_ context: ServerContext) {
        on("POST", "/metamanager/v1/backup") { request in
            guard let backup = context.backup else {
                return .failure(404, reason: "NotFound", "this daemon takes no backups")
            }
            guard let path = request.target.filled("path"), path.hasPrefix("/") else {
                return .failure(400, reason: "BadRequest", "say where to: ?path=FILE, an absolute path")
            }
            guard backup.request(path), let report = backup.lastRequest else {
                return .failure(409, reason: "Conflict", "another backup is being written; try again when it is done")
            }
            return .json(BackupReports.json(report), status: 202)
        }
        on("GET", "/metamanager/v1/backup") { _ in
            guard let report = context.backup?.lastRequest else {
                return .failure(404, reason: "NotFound", "nobody has asked for a backup since the daemon runs")
            }
            return .json(BackupReports.json(report))
        }
    }

    mutating func addCompact(_ context: ServerContext) {
        on("POST", "/metamanager/v1/compact") { _ in
            guard let compact = context.compact else {
                return .failure(404, reason: "NotFound", "this daemon cannot compact its database")
            }
            return .json(BackupReports.json(compact.start()), status: 202)
        }
        on("GET", "/metamanager/v1/compact") { _ in
            guard let report = context.compact?.lastReport else {
                return .failure(404, reason: "NotFound", "nobody has compacted the database since the daemon runs")
            }
            return .json(BackupReports.json(report))
        }
    }
}
