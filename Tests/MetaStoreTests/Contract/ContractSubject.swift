import Beehive
import TestKit

@testable import MetaStore

/// What the contract is run on: one that writes, and reads in its own way.
protocol ContractSubject: AnyObject {
    func apply(_ changes: [StoreChange], now: Int64) throws
    func read<Value>(_ body: (any StoreReading) throws -> Value) throws -> Value
    func setDelivered(_ revision: Int64) throws
}

extension ContractSubject {
    func apply(_ changes: StoreChange...) throws { try apply(changes, now: startOfTests) }
}

/// The implementations of `StoreReading` that must not differ.
enum Implementation: CaseIterable {
    /// The writer's own transaction.
    case writer
    /// A reader beside the writer.
    case reader
    /// The dictionary.
    case model

    func make() throws -> any ContractSubject {
        switch self {
        case .writer: try SQLiteSubject(reading: false)
        case .reader: try SQLiteSubject(reading: true)
        case .model: ModelSubject()
        }
    }
}

final class SQLiteSubject: ContractSubject {
    private let folder = TestFolder()
    private let store: MetaStore
    private let reader: StoreReader?

    init(reading: Bool) throws {
        store = try MetaStore(path: folder.database, now: startOfTests)
        reader = reading ? try StoreReader(path: folder.database) : nil
    }

    func apply(_ changes: [StoreChange], now: Int64) throws { try store.apply(changes, now: now) }

    func setDelivered(_ revision: Int64) throws {
        try store.transaction(writing: true) { transaction throws(StoreError) in
            try transaction.setDelivered(revision)
        }
    }

    func read<Value>(_ body: (any StoreReading) throws -> Value) throws -> Value {
        guard let reader else { return try store.read { try body($0) } }
        return try reader.read { transaction throws(StoreError) in Result { try body(transaction) } }.get()
    }
}

final class ModelSubject: ContractSubject {
    private var model = MemoryStore(revision: startOfTests * 1000)

    func apply(_ changes: [StoreChange], now: Int64) { for change in changes { model.apply(change, now: now) } }
    func setDelivered(_ revision: Int64) { model.deliveredRevision = max(model.deliveredRevision, revision) }
    func read<Value>(_ body: (any StoreReading) throws -> Value) throws -> Value { try body(model) }
}
