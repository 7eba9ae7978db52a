import Beehive
import Glibc
import KubeAPI
import MetaStore
import NIOPosix
import TestKit
import Testing

@testable import MetaServer

/// Many watchers, some of whom do not read: nobody else notices, and what is kept for them has an end.
@Suite("A crowd of watchers")
struct WatchCrowdTests {
    private static let bytes = 8 << 10
    private static let eventLimit = 16
    private static let byteLimit = 64 << 10

    /// What one of 50 does while the others read.
    enum Sleep: CaseIterable {
        /// It never reads again.
        case forEver
        /// It reads on when what it missed is kept nowhere any more.
        case tooLong
    }

    @Test(
        "one of 50 stops reading: the others are told all in order, it is ended, and a new list makes it right",
        arguments: Sleep.allCases)
    func sleeper(sleep: Sleep) async throws {
        let world = try WatchedStore(
            seed: 1, window: 60, eventLimit: Self.eventLimit, byteLimit: Self.byteLimit)
        defer { world.remove() }
        var settings = ServerSettings.test
        if sleep == .forEver { settings.stallTimeout = .seconds(1) }
        try await world.serve(settings) { world in
            try world.write(0..<10, bytes: Self.bytes)
            let start = world.store.revision
            var readers: [WatchClient] = []
            var sleeper = try world.watch(from: start)
            defer { for client in readers + [sleeper] { client.close() } }
            for _ in 0..<49 { readers.append(try world.watch(from: start)) }
            try Self.until("all watch") { world.hub.figures.watchers == 50 }

            // Far more than the sockets, the hub and the feed keep, in steps that a reader's socket takes in whole.
            var rounds = 0
            while try world.oldest <= start + 100, rounds < 400 {
                rounds += 1
                try world.write(0..<10, bytes: Self.bytes)
                try Self.catchUp(&readers, world)
                let kept = world.hub.figures
                #expect(kept.keptEvents <= Self.eventLimit)
                #expect(kept.keptBytes <= Self.byteLimit)
            }
            #expect(try world.oldest > start + 100)
            for reader in readers {
                #expect(reader.told.map(\.revision) == Array(start + 1...world.store.revision))
                #expect(reader.told.allSatisfy { $0.type == "MODIFIED" })
            }

            switch sleep {
            case .forEver:
                try Self.until("the sleeper is ended") { world.hub.figures.watchers == 49 }
                sleeper.pull()
                #expect(sleeper.isOver)
                #expect(!sleeper.isWhole)
                #expect(world.hub.figures.expired == 0)
            case .tooLong:
                sleeper.keepsLines = true
                try Self.until("the sleeper's end") {
                    sleeper.pull()
                    return sleeper.isOver
                }
                #expect(sleeper.isWhole)
                let last = try JSONValue(parsing: Bytes(try #require(sleeper.takeLines().last)))
                #expect(last["type"]?.text == "ERROR")
                #expect(last["object"]?["code"]?.integer == 410)
                #expect(last["object"]?["reason"]?.text == "Expired")
                let told = sleeper.told.dropLast().map(\.revision)
                #expect(told == Array(start + 1..<start + 1 + Int64(told.count)))
                #expect(world.hub.figures.watchers == 49)
                #expect(world.hub.figures.expired == 1)
            }

            sleeper.close()
            try Self.relisted(&readers, world) { sleeper = $0 }
        }
    }

    /// The sleeper lists, watches on, and has in the end what the store has.
    private static func relisted(
        _ readers: inout [WatchClient], _ world: WatchedStore, _ begun: (WatchClient) -> Void
    ) throws {
        var informer = Informer(labels: nil, namespace: nil)
        let listed = try world.list()
        (informer.objects, informer.version) = (listed.objects, listed.revision)
        var again = try world.watch(from: listed.revision)
        again.keepsLines = true
        begun(again)
        try world.write(5..<15, bytes: bytes)
        readers.append(again)
        try catchUp(&readers, world)
        again = readers.removeLast()
        for line in again.takeLines() { try informer.take(line) }
        #expect(informer.faults == [])
        #expect(informer.objects == (try world.list()).objects)
        #expect(world.hub.figures.watchers == 50)
    }

    /// Reads until everybody was told everything.
    private static func catchUp(_ readers: inout [WatchClient], _ world: WatchedStore) throws {
        try until("everybody was told of \(world.store.revision)") {
            var isDone = true
            for index in readers.indices where readers[index].revision < world.store.revision {
                readers[index].pull()
                isDone = isDone && readers[index].revision >= world.store.revision
            }
            return isDone
        }
    }

    private static func until(_ what: String, _ condition: () throws -> Bool) throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while try !condition() {
            guard SystemTime().now().ticks < end else { throw ServerError(description: "not within a minute: \(what)") }
            usleep(1000)
        }
    }

    @Test func `a watcher too many is told 429, and counted`() async throws {
        let world = try WatchedStore(seed: 1, watcherLimit: 2)
        defer { world.remove() }
        try await world.serve { world in
            let held = [try world.watch(from: 0), try world.watch(from: 0)]
            defer { for client in held { client.close() } }
            try Self.until("two watch") { world.hub.figures.watchers == 2 }
            var third = try world.watch(from: 0)
            defer { third.close() }
            try Self.until("an answer") {
                third.pull()
                return !third.head.isEmpty
            }
            #expect(third.head.hasPrefix("HTTP/1.1 429 "))
            #expect(third.head.contains("Retry-After: "))
            #expect(world.hub.figures.refused == 1)
            // One that came through at the same moment is told by an event.
            let late = Watcher(Self.settings(.state), hub: world.hub)
            try Self.until("the event") {
                guard case .bytes(let bytes) = late.next() else { return false }
                #expect(String(decoding: bytes, as: UTF8.self).contains("\"code\":429"))
                return true
            }
            #expect(world.hub.figures.refused == 2)
            held[0].close()
            try Self.until("room again") { world.hub.figures.watchers == 1 }
            var fourth = try world.watch(from: 0)
            defer { fourth.close() }
            try Self.until("it watches") {
                fourth.pull()
                return fourth.head.hasPrefix("HTTP/1.1 200 ")
            }
        }
    }

    @Test func `a watch ends when its time is over`() async throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try await world.serve { world in
            var client = try WatchClient(world.socket, "/api/v1/pods?watch=1&timeoutSeconds=1&allowWatchBookmarks=true")
            defer { client.close() }
            try Self.until("its end") {
                client.pull()
                return client.isOver
            }
            #expect(client.isWhole)
            #expect(client.told.map(\.type) == ["BOOKMARK"])
            #expect(world.hub.figures.watchers == 0)
        }
    }

    @Test func `1,000 watchers on 10,000 objects hold a step each at most, and the hub its bound`() async throws {
        let world = try WatchedStore(seed: 1, window: 2000, eventLimit: 64, byteLimit: 512 << 10)
        defer { world.remove() }
        for start in stride(from: 0, to: 10_000, by: 1000) { try world.write(start..<start + 1000, bytes: 3000) }
        let start = world.store.revision
        // A tenth lists first and takes nothing of it; of the others a half takes what comes.
        let listing = (0..<100).map { _ in Watcher(Self.settings(.state), hub: world.hub) }
        let reading = (0..<450).map { _ in Watcher(Self.settings(.after(start)), hub: world.hub) }
        let sleeping = (0..<450).map { _ in Watcher(Self.settings(.after(start)), hub: world.hub) }
        let all = listing + reading + sleeping
        defer { for watcher in all { watcher.cancel() } }
        for watcher in all { _ = watcher.next() }
        try Self.until("all watch") { world.hub.figures.watchers == 1000 }
        try Self.until("all have read") { all.allSatisfy { $0.held != nil } }
        for _ in 0..<4 {
            try world.write(0..<50, bytes: 3000)
            try Self.until("who reads was told") {
                for watcher in reading { while case .bytes = watcher.next() {} }
                return reading.allSatisfy { $0.isQuiet(at: world.store.revision) }
            }
        }
        let figures = world.hub.figures
        #expect((figures.keptEvents, figures.events) == (64, 200))
        #expect(figures.keptBytes <= 512 << 10)
        // A step of about 64 KiB, with the line that reaches over it.
        #expect(all.allSatisfy { ($0.held ?? .max) < (64 << 10) + 8192 })
        #expect(listing.allSatisfy { ($0.held ?? 0) > 0 })
    }

    @Test func `metrics tell of watchers what the hub tells`() async throws {
        var figures = WatchFigures()
        (figures.watchers, figures.refused, figures.events, figures.expired) = (3, 1, 70, 2)
        (figures.keptEvents, figures.keptBytes) = (16, 4096)
        let shown = figures
        func complete(_ context: inout ServerContext) { context.watches = { shown } }
        try await Fixture.serve(context: complete) { fixture in
            let metrics = Metrics.render(fixture.context).split(separator: "\n")
            for line in [
                "watchers 3", "watchers_refused_total 1", "watch_events_total 70", "watch_expired_total 2",
                "watch_kept_events 16", "watch_kept_bytes 4096",
            ] { #expect(metrics.contains("metamanager_\(line)"), "\(line)") }
        }
    }

    @Test(
        "connections leave half of the files to all else",
        arguments: [(files: 8192, connections: 2048), (1024, 512), (100, 64)])
    func connections(files: Int, connections: Int) {
        #expect(ServerSettings.connections(ofFiles: files) == connections)
    }

    private static func settings(_ start: WatchSettings.Start) -> WatchSettings {
        WatchSettings(
            kind: WatchedStore.pod, start: start, duration: 3_600_000_000_000,
            form: WholeForm(kind: WatchedStore.pod))
    }
}
