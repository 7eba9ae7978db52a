import Beehive
import KubeAPI
import MetaStore
import Testing

@testable import MetaServer

/// What readers of an object are told of writes that were not taken, or cannot be read.
@Suite("Notes on objects")
struct PendingNoteTests {
    private static let object = ResourcePath(namespace: "crowd", type: .pod, id: "p1")

    private static func put(_ path: ResourcePath, _ value: Bytes, _ world: WatchedStore) throws {
        try world.store.transaction(writing: true) { view throws(StoreError) in
            let head = try view.head(path.key)
            try view.apply(.put(NewObject(path: path, value: value, origin: .local), replacing: head?.rowID), now: 1)
        }
    }

    private static func conflict(_ reason: String, _ id: String, _ world: WatchedStore) throws {
        let write = PendingWrite(
            resource: WatchedStore.pod.resource, namespace: "crowd", name: "p1", object: ["a": 1], time: 1, caller: "c")
        let row = WriteConflict.path(of: object, id: id)
        try put(row, WriteConflict(write, reason: reason, message: "changed", ended: 2).json.json, world)
    }

    private static func annotations(_ world: WatchedStore, _ name: String) throws -> JSONValue? {
        let found = try world.reader.read { view throws(StoreError) in
            try ObjectRows(kind: WatchedStore.pod, view: view).object(namespace: "crowd", name: name)
        }
        return try found.map { try JSONValue(parsing: $0.value) }?["metadata"]?["annotations"]
    }

    @Test("the newest write that the cloud did not take is told on the object, to readers and watchers, on no other")
    func conflicts() throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try world.write(0..<3, bytes: 10)
        let start = world.store.revision
        let watcher = WatchRaceTests.watcher(world, WatchedStore.pod, .after(start))
        defer { watcher.cancel() }
        _ = try WatchRaceTests.read(watcher, upTo: start)
        #expect(try Self.annotations(world, "p1")?["metamanager/conflict"] == nil)
        try Self.conflict("Forbidden", "1", world)
        try Self.conflict("Conflict", "2", world)
        try world.write(1..<2, bytes: 10)
        #expect(
            try Self.annotations(world, "p1")?["metamanager/conflict"]?.text
                == "Conflict: changed; what was written on this node is kept as crowd/conflict/pod.p1.2")
        #expect(try Self.annotations(world, "p2") == nil)
        let list = ReadHandler(time: SystemTime())
        var request = ResourceRequest(verb: .list, resource: WatchedStore.pod.resource)
        request.namespace = "crowd"
        let answer = try world.reader.read { view throws(StoreError) in
            try list.list(request, kind: WatchedStore.pod, form: WholeForm(kind: WatchedStore.pod), in: view)
        }
        guard case .whole(let found) = try answer.get() else { throw ServerError(description: "no list") }
        #expect(String(decoding: found.body, as: UTF8.self).components(of: "metamanager/conflict") == 1)
        #expect(
            try WatchRaceTests.read(watcher, upTo: world.store.revision)
                .contains("\"metamanager/conflict\":\"Conflict: changed"))
    }

    @Test("a waiting write that cannot be read is told on its object, and in the reports")
    func unreadable() throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try world.write(0..<2, bytes: 10)
        try Self.put(PendingWrite.path(over: Self.object), Bytes("{}".utf8), world)
        #expect(try Self.annotations(world, "p1")?["metamanager/pending"]?.text == "unreadable")
        #expect(try Self.annotations(world, "p0") == nil)
        try world.reader.read { view throws(StoreError) in
            let report = try WriteReports.make(view)
            #expect(report["pending"]?.elements.isEmpty == true)
            #expect(
                report["unreadable"]?.elements.compactMap { $0["key"]?.text } == ["crowd/pendingwrite/pod.p1"])
            let counts = try WriteReports.counts(view)
            #expect(counts["pending"]?.integer == 1 && counts["unreadable"]?.integer == 1)
        }
    }

    @Test("the status tells of it as a problem")
    func problem() async throws {
        let fill: (MetaStore) throws -> Void = { store in
            try store.transaction(writing: true) { view throws(StoreError) in
                let path = PendingWrite.path(over: Self.object)
                try view.apply(
                    .put(NewObject(path: path, value: Bytes("[]".utf8), origin: .local), replacing: nil), now: 1)
            }
        }
        try await Fixture.serve(fill: fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/status")
            let problems = answer.json?["problems"]?.elements.compactMap(\.text) ?? []
            #expect(problems.contains { $0.contains("1 that wait for the cloud cannot be read") })
        }
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
