import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// Random operations on the store and on a dictionary: both must tell the same at any time.
@Suite struct ModelTests {
    let folder = TestFolder()

    private static var seed: UInt64 {
        if let given = getenv("METAMANAGER_SEED"), let seed = UInt64(String(cString: given)) { return seed }
        return UInt64.random(in: 1...UInt64(UInt32.max))
    }

    private static let types: [ResourceType] = [.pod, .podStatus, .secret]
    private static let names = ["a", "b", "c", "a/b", "é", "e\u{301}", "a\0"]
    private static let keys = ["m", "n"].flatMap { space in
        types.flatMap { type in names.map { ResourcePath(namespace: space, type: type, id: $0) } }
    }

    /// One change that fits what is stored.
    private func change(_ model: MemoryStore, _ random: inout Generator, _ number: Int) -> StoreChange? {
        guard let path = Self.keys.randomElement(using: &random) else { return nil }
        switch UInt.random(in: 0..<12, using: &random) {
        case 0...3:
            let object = NewObject(
                path: path, value: bytes(String(repeating: "v\(number)", count: number % 7)),
                uid: Bool.random(using: &random) ? "u\(number % 5)" : "", version: "\(number)",
                kind: number % 3 == 0 ? "K" : "", origin: .local)
            return .put(object, replacing: model.head(path.key)?.rowID)
        case 4: return .delete(key: path.key, remember: Bool.random(using: &random))
        case 5: return .confirm(rowID: model.head(path.key)?.rowID ?? 1)
        case 6:
            return Bool.random(using: &random)
                ? .liftTombstone(key: path.key) : .forgetDeleted(before: Int64(number - 20))
        case 7, 8:
            let lane = OutboxLane.allCases.randomElement(using: &random) ?? .fact
            let new = entry(
                "m\(number)", kind: lane == .fact ? .fact : .state, key: lane == .fact ? "" : path.key,
                byAnswer: number % 2 == 0, created: Int64(number), frame: "f\(number)")
            return .enqueue(new, lane: lane)
        case 9:
            guard var old = model.entries.randomElement(using: &random) else { return nil }
            old.id = "r\(number)"
            old.frame = bytes("rewritten \(number)")
            old.created = Int64(number)
            return .rewrite(old)
        case 10: return model.entries.randomElement(using: &random).map { .dequeue(place: $0.place) }
        default: return .dequeueAll(key: path.key)
        }
    }

    private func expectSame(_ store: MetaStore, _ model: MemoryStore, _ seed: UInt64, _ number: Int) throws {
        let paths = Self.keys.map(\.key)
        let real = try store.read { try Snapshot($0, keys: paths, types: Self.types) }
        let expected = try Snapshot(model, keys: paths, types: Self.types)
        try #require(real.lines == expected.lines, "METAMANAGER_SEED=\(seed), after change \(number)")
        try #require(store.revision == model.revision && store.rows == model.keys(startingWith: "").count)
        let feed = try store.read { try $0.changes(after: 0, limit: .max) }
        let told = feed.map { "\($0.revision) \($0.kind) \($0.rowID)" }
        try #require(told == model.feed.map { "\($0.revision) \($0.kind) \($0.rowID)" }, "METAMANAGER_SEED=\(seed)")
        // What a line still tells is what was written then.
        for (line, original) in zip(feed, model.feed) {
            guard let object = line.object else { continue }
            try #require(
                object.key == original.object?.key && object.value == original.object?.value,
                "METAMANAGER_SEED=\(seed), line \(line.revision)")
        }
    }

    @Test func `the store and a dictionary tell the same after any changes, rollbacks and starts`() throws {
        let seed = Self.seed
        print("METAMANAGER_SEED=\(seed)")
        var random = Generator(state: seed)
        var store = try MetaStore(path: folder.database, now: startOfTests)
        var model = MemoryStore(revision: startOfTests * 1000)
        var number = 0
        for _ in 0..<250 {
            var next = model
            let isKept = UInt.random(in: 0..<4, using: &random) > 0
            let size = Int.random(in: 1...8, using: &random)
            var changes: [StoreChange] = []
            for _ in 0..<size {
                number += 1
                guard let change = change(next, &random, number) else { continue }
                next.apply(change, now: Int64(number))
                changes.append(change)
            }
            let delivered = next.revision
            do throws(StoreError) {
                let first = Int64(number - size)
                try store.transaction(writing: true) { transaction throws(StoreError) in
                    for change in changes { try transaction.apply(change, now: first) }
                    try transaction.setDelivered(delivered)
                    if !isKept { throw StoreError(.other, "on purpose") }
                }
            } catch {
                try #require(!isKept, "METAMANAGER_SEED=\(seed): \(error)")
            }
            if isKept {
                // Again with the time that the transaction had.
                for change in changes { model.apply(change, now: Int64(number - size)) }
                model.deliveredRevision = max(model.deliveredRevision, delivered)
            }
            if UInt.random(in: 0..<20, using: &random) == 0 {
                store = try MetaStore(path: folder.database, now: 1)
                model.reopen()
            }
            try expectSame(store, model, seed, number)
        }
        #expect(number > 500)
    }
}

/// Everything that `StoreReading` tells, as lines.
private struct Snapshot {
    var lines: [String] = []

    init(_ view: some StoreReading, keys: [String], types: [ResourceType]) throws {
        lines.append("delivered \(view.deliveredRevision), \(try view.outboxDepth())")
        lines.append("keys \(try view.keys(startingWith: "")), \(try view.keys(startingWith: "m/pod/a"))")
        for key in keys {
            lines.append("\(key): \(String(describing: try view.head(key)))")
            let value = try view.object(key)?.value
            lines.append("  \(value.map(text) ?? "-"), \(try view.holds(key, value: value ?? []))")
            lines.append("  \(String(describing: try view.tombstone(key)))")
            lines.append("  \(try view.outbox(about: key).map(\.place))")
        }
        for type in types {
            for row in try view.objects(ofType: type) { lines.append("\(type): \(row.key) \(row.head.rowID)") }
        }
        for row in try view.podStatuses() { lines.append("\(row.key) \(row.hasPod) \(text(row.value))") }
        for lane in OutboxLane.allCases {
            for entry in try view.outbox(lane: lane, after: 0, limit: .max) {
                let found = try view.outbox(id: entry.id)?.place
                lines.append(
                    "\(entry.place) \(entry.id) \(entry.kind) \(entry.key) \(entry.endsByAnswer) \(entry.created) "
                        + "\(text(entry.frame)) \(found ?? 0)")
            }
        }
    }
}

/// A small generator that a seed replays (SplitMix64).
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
