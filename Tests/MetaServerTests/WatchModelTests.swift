import Beehive
import Glibc
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaServer

/// A model checker: informers with client-go's rules over a store that changes at random.
@Suite("Watches against a model")
struct WatchModelTests {
    /// A long run is asked for by the environment; each seed is a store of its own with hundreds of changes.
    static var seeds: [UInt64] {
        let count = getenv("METAMANAGER_WATCH_RUNS").flatMap { UInt64(String(cString: $0)) } ?? 12
        return Array(1...max(1, count))
    }

    @Test("at each quiet point every informer has what the store has", arguments: seeds)
    func run(seed: UInt64) throws {
        let world = try WatchedStore(seed: seed)
        defer { world.remove() }
        var informers = [
            Informer(labels: nil, namespace: nil), Informer(labels: nil, namespace: "blue"),
            Informer(
                labels: LabelSelector(requirements: [.isIn(key: "tone", values: ["warm"])]), namespace: nil),
        ]
        for _ in 0..<40 {
            for _ in 0..<Int.random(in: 1...4, using: &world.random) {
                try world.change(Int.random(in: 1...20, using: &world.random))
                for index in informers.indices where Int.random(in: 0..<3, using: &world.random) == 0 {
                    try pull(&informers[index])
                }
            }
            for index in informers.indices {
                // A client that goes away for a while: it comes back with the last version that it saw.
                if Int.random(in: 0..<4, using: &world.random) == 0 {
                    informers[index].watch?.source.cancel()
                    informers[index].watch = nil
                    if Int.random(in: 0..<3, using: &world.random) == 0 { try world.change(400) }
                }
                try settle(&informers[index], world)
                #expect(informers[index].faults == [], "seed \(seed), informer \(index)")
                informers[index].faults = []
                let truth = try list(world, informers[index]).objects
                let differing = Set(truth.keys).union(informers[index].objects.keys).filter {
                    truth[$0] != informers[index].objects[$0]
                }
                #expect(differing.sorted() == [], "seed \(seed), informer \(index)")
                informers[index].objects = truth
            }
        }
        #expect(informers.contains { $0.relists > 0 }, "seed \(seed): the window was never left")
        for informer in informers { informer.watch?.source.cancel() }
        #expect(world.hub.figures.watchers == 0)
    }

    private func request(_ informer: Informer, _ verb: ResourceRequest.Verb) -> ResourceRequest {
        var request = ResourceRequest(verb: verb, resource: WatchedStore.pod.resource, namespace: informer.namespace)
        request.options.labels = informer.labels
        return request
    }

    private func list(
        _ world: WatchedStore, _ informer: Informer
    ) throws -> (objects: [String: Bytes], version: Int64) {
        let reads = ReadHandler(time: SystemTime())
        let found = try world.reader.read { view throws(StoreError) in
            try reads.list(
                request(informer, .list), kind: WatchedStore.pod, form: WholeForm(kind: WatchedStore.pod), in: view)
        }
        guard case .whole(let whole) = try found.get() else { throw ServerError(description: "the list is too long") }
        let list = try JSONValue(parsing: whole.body)
        var objects: [String: Bytes] = [:]
        for item in list["items"]?.elements ?? [] { objects[Informer.key(item)] = item.json }
        return (objects, Informer.version(list))
    }

    /// Connects an informer as client-go does: from its last version, else by a list, or by a list that is streamed.
    private func connect(_ informer: inout Informer, _ world: WatchedStore) throws {
        var start = WatchSettings.Start.state
        var isInitial = false
        informer.mayDoubt = false
        if let version = informer.version {
            let (newest, oldest) = try world.reader.read { view throws(StoreError) in
                (view.revision, try view.oldestRevision())
            }
            if version < oldest || version > newest {
                informer.version = nil
                return try connect(&informer, world)
            }
            start = .after(version)
            // What was new and changed in one moment is told at its last change: who left in between may not know it.
            informer.mayDoubt = true
        } else if Bool.random(using: &world.random) {
            informer.relists += 1
            let listed = try list(world, informer)
            informer.objects = listed.objects
            informer.version = listed.version
            start = .after(listed.version)
        } else {
            informer.relists += 1
            isInitial = true
        }
        var settings = WatchSettings(
            kind: WatchedStore.pod, namespace: informer.namespace, labels: informer.labels, start: start,
            duration: 3_600_000_000_000, form: WholeForm(kind: WatchedStore.pod))
        settings.marksInitialEnd = isInitial
        settings.allowsBookmarks = true
        informer.watch = Informer.Watch(source: Watcher(settings, hub: world.hub), isInitial: isInitial)
    }

    /// Takes what is there, without waiting.
    private func pull(_ informer: inout Informer) throws {
        guard let source = informer.watch?.source else { return }
        while case .bytes(let bytes) = source.next() { try informer.take(bytes) }
    }

    /// Goes on until everything that was committed has been told.
    private func settle(_ informer: inout Informer, _ world: WatchedStore) throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while SystemTime().now().ticks < end {
            if informer.watch == nil { try connect(&informer, world) }
            guard let watcher = informer.watch?.source as? Watcher else { continue }
            switch watcher.next() {
            case .bytes(let bytes): try informer.take(bytes)
            case .end, .broken: informer.watch = nil
            case .wait:
                if watcher.isQuiet(at: world.store.revision), informer.watch?.isInitial == false { return }
                let woken = Lock(false)
                watcher.whenReadable {
                    woken.withLock { $0 = true }
                    woken.signal()
                }
                // What others are told may be all that happened: then nobody calls.
                _ = woken.wait(deadline: SystemTime().now().advanced(by: .milliseconds(2)).ticks) { $0 ? true : nil }
            }
        }
        Issue.record("an informer did not come to rest")
    }
}
