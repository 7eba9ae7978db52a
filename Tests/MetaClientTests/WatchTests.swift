import Beehive
import MetaClient
import Testing

/// Watches over the real server and a real store.
@Suite("Watches of the typed client", .timeLimit(.minutes(5)))
struct WatchTests {
    private typealias Events = Watch<ConfigMap>.AsyncIterator

    /// Takes as many events as are named, and compares.
    private func expect(
        _ wanted: String..., from events: inout Events, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        var words: [String] = []
        for _ in wanted { words.append(try #require(try await events.next(), sourceLocation: place).word) }
        #expect(words == wanted, sourceLocation: place)
    }

    @Test("tells what is there, then every change in order")
    func order() async throws {
        try await ServedStore.with { served in
            try served.put(.configMap, ServedStore.map("a", "1"))
            try served.put(.configMap, ServedStore.map("b", "1"))
            try await served.serve {
                var events = served.client.configMaps.watch(in: "site").makeAsyncIterator()
                try await expect("+a=1", "+b=1", "synced", from: &events)
                try served.put(.configMap, ServedStore.map("a", "2"))
                try await expect("~a=2", from: &events)
                try served.remove(.configMap, "site", "a")
                try await expect("-a", from: &events)
                try served.put(.configMap, ServedStore.map("a", "3", uid: "u2"))
                try await expect("+a=3", from: &events)
            }
        }
    }

    @Test("goes on behind what it told when the daemon was away, and tells nothing twice")
    func resume() async throws {
        try await ServedStore.with { served in
            try served.put(.configMap, ServedStore.map("a", "1"))
            try served.put(.configMap, ServedStore.map("still", "1"))
            var events = served.client.configMaps.watch(in: "site").makeAsyncIterator()
            try await served.serve {
                try await expect("+a=1", "+still=1", "synced", from: &events)
            }
            try served.put(.configMap, ServedStore.map("a", "2"))
            try served.put(.configMap, ServedStore.map("b", "1"))
            try served.remove(.configMap, "site", "a")
            try served.put(.configMap, ServedStore.map("b", "2"))
            try await served.serve {
                // What came and went while nobody watched is one event; no `synced`: nothing was listed anew.
                try await expect("-a", "+b=2", from: &events)
                try served.put(.configMap, ServedStore.map("still", "2"))
                try await expect("~still=2", from: &events)
            }
        }
    }

    @Test("lists again when what happened is no longer kept: tells the difference, and nothing else")
    func relist() async throws {
        try await ServedStore.with(window: 5) { served in
            for name in ["changed", "gone", "same"] { try served.put(.configMap, ServedStore.map(name, "1")) }
            var events = served.client.configMaps.watch(in: "site").makeAsyncIterator()
            try await served.serve {
                try await expect("+changed=1", "+gone=1", "+same=1", "synced", from: &events)
            }
            try served.remove(.configMap, "site", "gone")
            // The store looks at its window each 256 changes.
            for count in 2...300 { try served.put(.configMap, ServedStore.map("changed", "\(count)")) }
            try served.put(.configMap, ServedStore.map("new", "1"))
            try await served.serve {
                try await expect("~changed=300", "+new=1", "-gone?", "synced", from: &events)
                try served.put(.configMap, ServedStore.map("same", "2"))
                try await expect("~same=2", from: &events)
            }
        }
    }

    @Test("an object that another has replaced in the meantime is told as gone and new")
    func replaced() async throws {
        try await ServedStore.with { served in
            try served.put(.configMap, ServedStore.map("a", "1"))
            var events = served.client.configMaps.watch(in: "site").makeAsyncIterator()
            try await served.serve { try await expect("+a=1", "synced", from: &events) }
            try served.put(.configMap, ServedStore.map("a", "1", uid: "u2"))
            try await served.serve { try await expect("-a?", "+a=1", from: &events) }
        }
    }

    @Test("cancelling the task ends the sequence and the connection; so does dropping the iterator")
    func cancellation() async throws {
        try await ServedStore.with { served in
            try await served.serve {
                let events = served.client.configMaps.watch()
                let isSynced = Lock(false)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await event in events where event == .synced { isSynced.withLock { $0 = true } }
                    }
                    try await eventually("synced") { isSynced.withLock { $0 } && served.watchers == 1 }
                    group.cancelAll()
                    try await group.waitForAll()
                }
                try await eventually("the watch has ended") { served.watchers == 0 }
                for try await event in events where event == .synced { break }
                try await eventually("the other watch has ended") { served.watchers == 0 }
            }
        }
    }

    @Test("selectors hold: an object that matches no more is told as gone")
    func selectors() async throws {
        try await ServedStore.with { served in
            func labelled(_ tone: String) -> JSONValue {
                var map = ServedStore.map("a", tone)
                map["metadata"]?["labels"] = ["tone": JSONValue(text: tone)]
                return map
            }
            try served.put(.configMap, labelled("warm"))
            try served.put(.configMap, ServedStore.map("b", "1"))
            try await served.serve {
                let maps = served.client.configMaps
                var events = maps.watch(in: "site", labels: "tone=warm").makeAsyncIterator()
                try await expect("+a=warm", "synced", from: &events)
                try served.put(.configMap, labelled("cold"))
                try await expect("-a", from: &events)
                var one = maps.watch(in: "site", name: "b").makeAsyncIterator()
                try await expect("+b=1", "synced", from: &one)
            }
        }
    }

    @Test("a kind that is not served ends the watch with the reason")
    func unknownKind() async throws {
        try await ServedStore.with { served in
            try await served.serve {
                let none = APIResource(group: "no.such", plural: "things", kind: "Thing")
                let error = await #expect(throws: MetaClientError.self) {
                    for try await _ in served.client.objects(of: none).watch() {}
                }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test("a daemon that stays away ends the watch once patience is over")
    func patience() async throws {
        try await ServedStore.with { served in
            var options = MetaClient.Options()
            options.patience = .milliseconds(1)
            let client = MetaClient(path: served.socket, options: options)
            let error = await #expect(throws: MetaClientError.self) {
                for try await _ in client.pods.watch() {}
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description.contains(served.socket) == true)
        }
    }
}
