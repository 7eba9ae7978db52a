import Beehive
import Glibc
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaServer

/// Watchers who come while the hub reads, and what all of them share.
@Suite("Watchers beside the hub's reading")
struct WatchRaceTests {
    static let configMap = KubeKind(
        resource: KubeKind.Resource(group: "", version: "v1", plural: "configmaps"), kind: "ConfigMap",
        isNamespaced: true)

    static func watcher(
        _ world: WatchedStore, _ kind: KubeKind, _ start: WatchSettings.Start, labels: LabelSelector? = nil
    ) -> Watcher {
        Watcher(
            WatchSettings(
                kind: kind, labels: labels, start: start, duration: 3_600_000_000_000, form: WholeForm(kind: kind)),
            hub: world.hub)
    }

    static func until(_ what: String, _ condition: () throws -> Bool) throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while try !condition() {
            guard SystemTime().now().ticks < end else { throw ServerError(description: "not within a minute: \(what)") }
            usleep(1000)
        }
    }

    /// Pulls what there is until a watcher was told everything up to a revision.
    static func read(_ watcher: Watcher, upTo revision: Int64) throws -> String {
        var text = ""
        try until("everything up to \(revision)") {
            while case .bytes(let bytes) = watcher.next() { text += String(decoding: bytes, as: UTF8.self) }
            return watcher.isQuiet(at: revision)
        }
        return text
    }

    @Test(
        "who watches a type for the first time while the feed is read for others is told what that reading passed over")
    func newType() throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try world.write(0..<1, bytes: 100)
        let start = world.store.revision
        let first = Self.watcher(world, WatchedStore.pod, .after(start))
        defer { first.cancel() }
        #expect(try Self.read(first, upTo: start).isEmpty)
        // The reading has begun, for pods.
        let turn = world.hub.beginTurn()
        let late = Self.watcher(world, Self.configMap, .after(start))
        defer { late.cancel() }
        #expect(try Self.read(late, upTo: start).isEmpty)
        try world.store.transaction(writing: true) { view throws(StoreError) in
            let value = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"only","namespace":"crowd"}}"#
            let path = ResourcePath(namespace: "crowd", type: .configMap, id: "only")
            let object = NewObject(path: path, value: Bytes(value.utf8), origin: .delivered)
            try view.apply(.put(object, replacing: nil), now: 1)
        }
        // And finds the config map's line, which it has nobody for.
        _ = world.hub.finish(turn)
        #expect(try Self.read(late, upTo: world.store.revision).contains("\"name\":\"only\""))
    }

    @Test("watchers with selectors share one tree of each event; of many bytes of events only the newest keep theirs")
    func trees() throws {
        let world = try WatchedStore(seed: 1, window: 2000, eventLimit: 500)
        defer { world.remove() }
        try world.write(0..<1, bytes: 100)
        let start = world.store.revision
        let watchers = try ["a", "b", "a"].map { value in
            Self.watcher(world, WatchedStore.pod, .after(start), labels: try LabelSelector(parsing: "tone!=\(value)"))
        }
        defer { for watcher in watchers { watcher.cancel() } }
        for watcher in watchers { _ = try Self.read(watcher, upTo: start) }
        try world.write(0..<40, bytes: 1000)
        for watcher in watchers { #expect(try Self.read(watcher, upTo: world.store.revision).contains("\"p39\"")) }
        let few = Self.events(world)
        #expect(few.count == 40)
        #expect(few.allSatisfy { $0.parses == (1, true) })
        try world.write(0..<100, bytes: 10_000)
        for watcher in watchers { _ = try Self.read(watcher, upTo: world.store.revision) }
        let many = Self.events(world)
        #expect(many.count == 140)
        let kept = many.filter(\.parses.isKept)
        #expect(!kept.isEmpty && kept.reduce(0) { $0 + $1.object.value.count } <= 512 << 10)
        let areNewest = many.suffix(kept.count).allSatisfy(\.parses.isKept)
        #expect(areNewest)
    }

    private static func events(_ world: WatchedStore) -> [WatchEvent] {
        guard case .events(let events, _, _) = world.hub.events(.pod, from: 0, limit: 1000, bytes: .max) else {
            return []
        }
        return events
    }
}
