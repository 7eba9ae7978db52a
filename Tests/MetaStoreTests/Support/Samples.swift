import Beehive

@testable import MetaStore

let startOfTests: Int64 = 1_700_000_000_000

func bytes(_ text: String) -> Bytes { Bytes(text.utf8) }

func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

func sample(
    _ path: String, _ value: String = "{}", key: String? = nil, uid: String = "", version: String = "",
    origin: ObjectOrigin = .delivered
) throws -> NewObject {
    NewObject(
        path: try ResourcePath(parsing: path), key: key, value: bytes(value), uid: uid, version: version,
        apiVersion: "v1", kind: "Pod", origin: origin)
}

func entry(
    _ id: String, kind: OutboxClass = .state, key: String = "", byAnswer: Bool = false, created: Int64 = 1,
    frame: String = "{}"
) -> OutboxEntry {
    OutboxEntry(id: id, kind: kind, key: key, endsByAnswer: byAnswer, created: created, frame: bytes(frame))
}

extension MetaStore {
    /// Applies changes in one transaction.
    func apply(_ changes: [StoreChange], now: Int64 = startOfTests) throws {
        try transaction(writing: true) { transaction throws(StoreError) in
            for change in changes { try transaction.apply(change, now: now) }
        }
    }

    /// Reads what a test asks for.
    func read<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
        let result = try transaction(writing: false) { transaction throws(StoreError) in
            Result { try body(transaction) }
        }
        return try result.get()
    }
}
