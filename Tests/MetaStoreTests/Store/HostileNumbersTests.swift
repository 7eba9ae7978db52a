import Beehive
import Testing

@testable import MetaStore

/// Numbers that only a damaged file holds.
struct HostileNumbersTests {
    let folder = TestFolder()

    @Test(arguments: [Int64.min, -1, .max])
    func `times are bounded, so that their differences do not overflow`(number: Int64) throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        try store.apply([.remember(key: "n/pod/b", uid: "u", version: "1")])
        try store.connection.execute("UPDATE object SET stored = \(number), confirmed = \(number)")
        try store.connection.execute("UPDATE tombstone SET deleted = \(number)")
        try store.read { view in
            let head = try view.head("n/pod/a")
            #expect((0...1 << 53).contains(head?.stored ?? -1))
            #expect((0...1 << 53).contains(head?.confirmed ?? -1))
            let tombstone = try view.tombstone("n/pod/b")
            #expect((0...1 << 53).contains(tombstone?.deleted ?? -1))
        }
    }

    @Test(arguments: [Int64.max, Int64.max - 1])
    func `a revision that leaves no room to count on is refused, not counted on`(number: Int64) throws {
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests)
            try store.connection.execute("UPDATE state SET value = \(number) WHERE name = 'revision'")
        }
        let error = #expect(throws: StoreError.self) { try MetaStore(path: folder.database, now: startOfTests) }
        #expect(error?.code == .corrupt)
    }
}
