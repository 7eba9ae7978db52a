internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Local writes that wait for the cloud, or that it did not take, without what they hold.
enum ConsoleWrites {
    /// How many of each are told.
    private static let limit = 100

    /// The writes and the conflicts, the newest first.
    static func make(_ view: StoreTransaction) throws(StoreError) -> JSONValue {
        let pending = try view.withFaults.objects(ofType: PendingWrite.type).suffix(limit)
        let conflicts = try view.withFaults.objects(ofType: WriteConflict.type)
            .sorted { $0.head.revision < $1.head.revision }.suffix(limit)
        return [
            "pending": .array(
                pending.reversed().compactMap { row in
                    PendingWrite(row.value).map { write in
                        var value = json(write, key: row.key)
                        value["problem"] = JSONValue(text: OneLine.of(write.problem, limit: 300))
                        return value
                    }
                }),
            "conflicts": .array(
                conflicts.reversed().compactMap { row in
                    WriteConflict(row.value).map { conflict in
                        var value = json(conflict.write, key: row.key)
                        value["reason"] = JSONValue(text: OneLine.of(conflict.reason, limit: 100))
                        value["message"] = JSONValue(text: OneLine.of(conflict.message, limit: 500))
                        value["cloud"] = JSONValue(text: OneLine.of(conflict.cloudVersion, limit: 100))
                        value["ended"] = Timestamp.json(conflict.ended)
                        return value
                    }
                }),
        ]
    }

    private static func json(_ write: PendingWrite, key: String) -> JSONValue {
        [
            "key": JSONValue(text: OneLine.of(key, limit: 800)), "verb": JSONValue(text: write.verb.rawValue),
            "resource": JSONValue(text: OneLine.of("\(write.resource)", limit: 200)),
            "namespace": JSONValue(text: OneLine.of(write.namespace ?? "", limit: 253)),
            "name": JSONValue(text: OneLine.of(write.name, limit: 253)),
            "caller": JSONValue(text: OneLine.of(write.caller, limit: 253)),
            "base": JSONValue(text: OneLine.of(write.baseVersion, limit: 100)), "time": Timestamp.json(write.time),
            "changed": Timestamp.json(write.changed),
        ]
    }
}
