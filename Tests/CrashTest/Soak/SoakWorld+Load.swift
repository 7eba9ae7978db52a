import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOPosix

/// What the cloud and the pod agent say.
extension SoakWorld {
    /// Sends a thing's next change, unless one is on its way.
    func push(_ index: Int, deletes: Bool) {
        let id = ids.withLock { $0.next() }
        let message = ledger.withLock { ledger in
            ledger.nextChange(index, id: id, deletes: deletes).map { Self.message(ledger.things[index], id: id, $0) }
        }
        if let message { cloud.push(message) }
    }

    private static func message(_ thing: SoakLedger.Thing, id: String, _ change: SoakLedger.Change) -> Message {
        let parts = thing.key.split(separator: "/").map(String.init)
        let content = object(
            kind: thing.kind, namespace: parts[0], name: parts[2], uid: "uid-\(parts[2])-\(change.uid)",
            version: change.version, filling: 200 + (change.version * 131 + thing.key.utf8.count * 977) % 1800)
        return Message(
            header: Header(
                id: id, timestamp: 0, resourceVersion: change.operation == .delete ? "" : "\(change.version)"),
            route: Route(
                source: .edgeController, group: .resource, operation: change.operation, resource: thing.key),
            content: Content(content))
    }

    func collectAcks() {
        for frame in cloud.takeReceived() {
            guard let message = frame.message, message.route.operation == .response else { continue }
            ledger.withLock { $0.acknowledge(message.header.parentID) }
        }
    }

    /// So many changes a second, one in eight a delete of what may go; what was deleted comes back.
    func pushChanges() async {
        var random = SeededRandom(seed: seed &+ 1)
        let count = ledger.withLock { $0.things.count }
        var due = 0.0
        var last = ContinuousClock.now
        while isRunning {
            collectAcks()
            let now = ContinuousClock.now
            due = min(due + (now - last).soakSeconds * Double(size.rate), Double(size.rate))
            last = now
            while due >= 1, ledger.withLock({ $0.onTheWay.count }) < 256 {
                due -= 1
                push(Int(random.next() % UInt64(count)), deletes: random.next() % 8 == 0)
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The pod agent: it takes what comes, lists everything now and then as after a restart, and comes back at once.
    func attendEdged() async {
        var random = SeededRandom(seed: seed &+ 2)
        while isRunning {
            guard
                let client = try? await BeehiveModuleClient.connect(
                    path: socket, name: .edged, on: MultiThreadedEventLoopGroup.singleton)
            else {
                await rest(0.2)
                continue
            }
            edged.withLock { $0 = client }
            let reading = Task { await ModuleReader(onObject: { _, _, _ in }, onListed: {}).read(client) }
            let listing = Task { await self.list(client) }
            await rest(size.longestStay * Double(1 + random.next() % 100) / 50)
            edged.withLock { $0 = nil }
            await client.close()
            listing.cancel()
            await listing.value
            await reading.value
        }
    }

    private func list(_ client: BeehiveModuleClient) async {
        for type in [ResourceType.pod, .configMap, .secret] {
            await rest(1)
            _ = try? await client.request(client.message(.query, "default/\(type)"), within: .seconds(30))
        }
    }

    /// Each lane has pods of its own, so that one pod's statuses are sent in the order of their numbers.
    func reportStatuses(lane: Int) async {
        var random = SeededRandom(seed: seed &+ 10 &+ UInt64(lane))
        let mine = ledger.withLock { ledger in
            ledger.things.indices.filter { ledger.things[$0].isLasting && $0 / 2 % 4 == lane }
        }
        guard !mine.isEmpty else { return }
        while isRunning {
            await rest(0.2)
            guard let client = edged.withLock({ $0 }) else { continue }
            let index = mine[Int(random.next() % UInt64(mine.count))]
            let (key, number) = ledger.withLock { ledger in
                let parts = ledger.things[index].key.split(separator: "/")
                let key = "\(parts[0])/podstatus/\(parts[2])"
                ledger.statuses[key, default: (0, 0, 0)].sent += 1
                return (key, ledger.statuses[key]?.sent ?? 0)
            }
            var message = client.message(.update, key)
            message.content = Content(["UID": "u", "Name": "n", "Status": ["n": JSONValue(integer: number)]])
            guard let answer = try? await client.request(message, within: .seconds(20)), answer.content.isOK else {
                continue
            }
            ledger.withLock { $0.promise(status: number, of: key) }
        }
    }

    func reportEvents(lane: Int) async {
        while isRunning {
            await rest(0.4)
            guard let client = edged.withLock({ $0 }) else { continue }
            let number = ledger.withLock { ledger in
                ledger.lanes[lane].sent += 1
                return ledger.lanes[lane].sent
            }
            var message = client.message(.insert, "default/event/\(lane)-\(number)")
            message.content = Content(["n": JSONValue(integer: number), "text": JSONValue(text: "something happened")])
            guard let answer = try? await client.request(message, within: .seconds(20)), answer.content.isOK else {
                continue
            }
            ledger.withLock { $0.promise(event: number, lane: lane) }
        }
    }

    /// Every kind of loss of the link, some times a minute.
    func cutLinks() async {
        var random = SeededRandom(seed: seed &+ 3)
        while isRunning {
            await rest(Double(5 + random.next() % 30))
            guard isRunning else { return }
            ledger.withLock { $0.cuts += 1 }
            switch random.next() % 4 {
            case 0: await cloud.cut()
            case 1:
                await cloud.goAway()
                await rest(Double(1 + random.next() % 5))
                do {
                    try await cloud.comeBack()
                } catch {
                    ledger.withLock { $0.fault("the cloud cannot come back: \(error)") }
                }
            case 2:
                cloud.setRefusing(true)
                await cloud.cut()
                await rest(Double(1 + random.next() % 3))
                cloud.setRefusing(false)
            default:
                cloud.setWithholdingPongs(true)
                await rest(Double(1 + random.next() % 4))
                cloud.setWithholdingPongs(false)
            }
        }
    }
}
