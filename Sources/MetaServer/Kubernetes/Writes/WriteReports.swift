internal import Beehive
internal import KubeAPI
package import MetaManager
package import MetaStore
package import NIOPosix

/// What waits for the cloud, and what it did not take: for operators, and for whoever lost.
enum WriteReports {
    /// The pending writes and the conflicts, newest last.
    static func make(_ view: StoreTransaction) throws(StoreError) -> JSONValue {
        let pending = try view.withFaults.objects(ofType: PendingWrite.type)
        let conflicts = try view.withFaults.objects(ofType: WriteConflict.type)
        return [
            "pending": .array(pending.compactMap { row in PendingWrite(row.value).map { json($0, key: row.key) } }),
            // Kept until somebody gives them up: what they would have made of their objects is not known.
            "unreadable": .array(
                pending.filter { PendingWrite($0.value) == nil }.map { row in
                    ["key": JSONValue(text: row.key), "cause": JSONValue(text: cause(of: row))]
                }),
            "conflicts": .array(
                conflicts.sorted { $0.head.revision < $1.head.revision }.compactMap { row in
                    WriteConflict(row.value).map { json($0, key: row.key) }
                }),
        ]
    }

    private static func cause(of row: StoredObject) -> String {
        row.fault?.description ?? "the row holds no write that waits: it was written by another release, or damaged"
    }

    private static func json(_ pending: PendingWrite, key: String) -> JSONValue {
        var value = pending.json
        value["key"] = JSONValue(text: key)
        value["verb"] = JSONValue(text: pending.verb.rawValue)
        value["time"] = Timestamp.json(pending.time)
        value["changed"] = Timestamp.json(pending.changed)
        return value
    }

    private static func json(_ conflict: WriteConflict, key: String) -> JSONValue {
        var value = conflict.json
        value["key"] = JSONValue(text: key)
        value["verb"] = JSONValue(text: conflict.write.verb.rawValue)
        value["time"] = Timestamp.json(conflict.write.time)
        value["changed"] = Timestamp.json(conflict.write.changed)
        value["ended"] = Timestamp.json(conflict.ended)
        return value
    }

    /// Counts for `status`; the objects themselves are told by their own path.
    static func counts(_ view: StoreTransaction) throws(StoreError) -> JSONValue {
        let pending = try view.withFaults.objects(ofType: PendingWrite.type)
        let writes = pending.map { PendingWrite($0.value) }
        let stuck = writes.count { $0?.problem.isEmpty == false }
        return [
            "pending": JSONValue(integer: pending.count), "unanswered": JSONValue(integer: stuck),
            "unreadable": JSONValue(integer: writes.count { $0 == nil }),
            "conflicts": JSONValue(integer: try view.withFaults.objects(ofType: WriteConflict.type).count),
        ]
    }
}

extension Router {
    /// Adds the paths that show writes the cloud has not taken: `GET /metamanager/v1/conflicts`, and
    /// `POST /metamanager/v1/conflicts/drop?key=KEY` for one that somebody has dealt with, and for a waiting write that
    /// cannot be read.
    ///
    /// - Parameters:
    ///   - reader: reads beside the writer.
    ///   - threads: where reads of the store block.
    ///   - writer: gives writes to the loop.
    package mutating func addConflicts(reader: StoreReader, threads: NIOThreadPool, writer: LocalWriter) {
        on("GET", "/metamanager/v1/conflicts") { _ in
            do {
                return try await threads.runIfActive {
                    .json(try reader.read { view throws(StoreError) in try WriteReports.make(view) })
                }
            } catch let error as StoreError {
                return .failure(500, reason: "InternalError", error.description)
            } catch {
                return .failure(503, reason: "ServiceUnavailable", "the program is stopping: \(error)")
            }
        }
        on("POST", "/metamanager/v1/conflicts/drop") { request in
            guard let key = request.target.filled("key"), let path = try? ResourcePath(parsing: key),
                path.type == WriteConflict.type || path.type == PendingWrite.type, path.namesOne
            else {
                return .failure(400, reason: "BadRequest", "say which: ?key=KEY, as /metamanager/v1/conflicts shows it")
            }
            switch await writer.write(LocalWrite(.forgotten, at: path, expected: nil)) {
            case .taken: return .json(["dropped": JSONValue(text: key)])
            case .absent: return .failure(404, reason: "NotFound", "there is no conflict '\(key)'")
            case .refused(let cause): return .failure(409, reason: "Conflict", "'\(key)': \(cause)")
            case .changed, .exists, .full:
                return .failure(409, reason: "Conflict", "'\(key)' has changed; look again")
            case .failed(let cause): return .failure(503, reason: "ServiceUnavailable", cause)
            }
        }
    }
}
