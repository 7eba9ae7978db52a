import Beehive
import Testing

@testable import MetaStore

@Suite struct StoreReaderTests {
    let folder = TestFolder()

    @Test func `a read sees one snapshot while the writer commits and checkpoints`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil)])
        let reader = try StoreReader(path: folder.database)
        let row = try #require(try store.read { try $0.head("n/pod/a")?.rowID })
        let changed = try sample("n/pod/a", "2")
        let seen = try reader.read { view throws(StoreError) -> [String] in
            let before = try view.object("n/pod/a")
            try store.transaction(writing: true) { transaction throws(StoreError) in
                try transaction.apply(.put(changed, replacing: row), now: 1)
                try transaction.setDelivered(9)
            }
            try store.checkpoint()
            let after = try view.object("n/pod/a")
            #expect(view.revision == startOfTests * 1000 + 1 && view.deliveredRevision == 0)
            return [before, after].compactMap { $0.map { text($0.value) } }
        }
        #expect(seen == ["1", "1"])
        try reader.read { view throws(StoreError) in
            #expect(view.revision == startOfTests * 1000 + 2 && view.deliveredRevision == 9)
        }
        #expect(try reader.read { view throws(StoreError) in try view.object("n/pod/a") }?.value == bytes("2"))
    }

    @Test func `a reader cannot write`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let reader = try StoreReader(path: store.path)
        let object = try sample("n/pod/a")
        let failure = #expect(throws: StoreError.self) {
            try reader.read { view throws(StoreError) in try view.apply(.put(object, replacing: nil), now: 1) }
        }
        #expect(failure?.code == .readOnly)
        #expect(try reader.types().isEmpty)
    }

    @Test func `types and bytes are told`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        for key in ["n/pod/a", "m/pod/a", "n/secret/a"] { try store.apply([.put(sample(key), replacing: nil)]) }
        let reader = try StoreReader(path: store.path)
        let types = try reader.types()
        #expect(types.map(\.type) == [.pod, .secret])
        #expect(types.map(\.count) == [2, 1])
        #expect(try reader.bytes() == TestFolder.bytes(store.path).count + TestFolder.bytes(store.path + "-wal").count)
    }

    @Test func `readers and the writer work on threads of their own`() async throws {
        let path = folder.database
        let store = try MetaStore(path: path, now: startOfTests)
        let reader = try StoreReader(path: path)
        let seen = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var last = 0
                    for _ in 0..<200 {
                        let count = try reader.read { view throws(StoreError) -> Int in
                            let count = try view.objects(ofType: .pod).count
                            #expect(view.revision == startOfTests * 1000 + Int64(count))
                            return count
                        }
                        #expect(count >= last)
                        last = count
                    }
                    return last
                }
            }
            for number in 0..<100 { try store.apply([.put(sample("n/pod/\(number)"), replacing: nil)]) }
            return try await group.reduce(0, max)
        }
        #expect(seen <= 100)
        #expect(try reader.read { view throws(StoreError) in try view.objects(ofType: .pod).count } == 100)
    }
}
