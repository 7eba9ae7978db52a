import Beehive
import BeehiveSocket
import FakeCloud
import Glibc

/// The cloud, the module and the daemon between them.
final class World: Sendable {
    private let cloud: FakeCloud
    private let daemon: String
    let folder: String
    let database: String
    let ledger = Lock(Ledger(configMaps: 40, pods: 20, secrets: 10))
    let random: Lock<SeededRandom>
    private let ids: Lock<MessageIDSource>
    let power = Lock(PowerFigures())

    init(daemon: String, folder: String, seed: UInt64, disk: PowerDisk? = nil) async throws {
        self.daemon = daemon
        self.folder = folder
        database = "\(disk?.folder ?? folder)/edgecore.db"
        random = Lock(SeededRandom(seed: seed))
        ids = Lock(MessageIDSource(seed: seed))
        cloud = try await FakeCloud.start(resendInterval: .milliseconds(200))
        let configuration = """
            meta: {database: {path: \(database)}, sync: {podstatus: {interval: 1}}}
            edgehub:
              controller: {protocol: websocket, node-id: edge-node-1, heartbeat: 1}
              websocket: {url: "\(cloud.url)"}
              rate: {qps: 10000, burst: 10000}
              reconnect: {min: 0.05, max: 0.1}
            modules: {socket: {path: \(folder)/beehive.sock}}
            metaserver: {server: "", socket: \(folder)/api.sock}
            log: {level: warning}
            """
        guard let file = fopen("\(folder)/edge.yaml", "w") else { throw CrashError("cannot write \(folder)/edge.yaml") }
        fputs(configuration, file)
        fclose(file)
        cloud.answer { [ledger] message in
            if message.route.resource.contains("/event/"), let words = Self.event(message.route.resource) {
                ledger.withLock { $0.see(event: words.number, lane: words.lane) }
            }
            if message.route.operation == .update, message.route.resource.contains("/podstatus/"),
                let number = Self.number(message.content)
            {
                ledger.withLock { ledger in
                    let key = message.route.resource
                    let seen = ledger.statuses[key]?.seen ?? 0
                    if number < seen { ledger.fault("\(key): status \(number) came after \(seen)") }
                    ledger.statuses[key]?.seen = max(seen, number)
                }
            }
            return []
        }
    }

    var summary: String {
        ledger.withLock { "\($0.acks) acks, \($0.deliveries) deliveries, \($0.repeatedAcks) repeated acks" }
    }

    func close() async { await cloud.stop() }

    /// Writes what the cloud got, one line for each frame, beside the database.
    func keepTraffic() {
        guard let file = fopen("\(folder)/cloud.log", "w") else { return }
        for frame in cloud.received { fputs("\(frame.connection) \(frame.ticks) \(frame)\n", file) }
        fclose(file)
    }

    private static func number(_ content: Content) -> Int? {
        (try? JSONValue(parsing: content.json))?["Status"]?["n"]?.integer
    }

    private static func event(_ resource: String) -> (lane: Int, number: Int)? {
        let words = resource.split(separator: "/").last?.split(separator: "-").compactMap { Int($0) } ?? []
        return words.count == 2 ? (words[0], words[1]) : nil
    }

    /// One life of the daemon, from its start to its violent end.
    func round(_ round: Int) async throws -> [String] {
        let before = try access(database, F_OK) == 0 ? Witness.rows(database).objects : [:]
        let process = try start(round)
        ledger.withLock { $0.reconnect() }
        let client = try await process.attach(in: folder)
        let reader = Task { await self.read(client, until: before, round: round) }
        let loads = Task { await self.load(client, to: process) }
        let delay = 20_000_000 + random.withLock { $0.next() } % 500_000_000
        try await Task.sleep(nanoseconds: delay)
        loads.cancel()
        _ = process.kill()
        await client.close()
        reader.cancel()
        await loads.value
        await reader.value
        collectAcks()
        let integrity = try Witness.lines(database, "PRAGMA integrity_check")
        let rows = try Witness.rows(database)
        return ledger.withLock { ledger in
            if integrity != ["ok"] {
                ledger.fault("round \(round): integrity_check: \(integrity.joined(separator: " "))")
            }
            ledger.check(rows: rows.objects, statusRows: rows.statuses, round: round)
            return ledger.faults
        }
    }

    /// The end: some more load, then everything settles, nothing may be missing anywhere.
    func lastRound() async throws -> [String] {
        let before = try Witness.rows(database).objects
        let process = try start(0)
        ledger.withLock { $0.reconnect() }
        let client = try await process.attach(in: folder)
        let reader = Task { await self.read(client, until: before, round: 0) }
        // What was under way is sent again, and the listing is through, before the live deliveries are counted.
        try await settle { $0.things.allSatisfy { $0.pending.isEmpty } }
        try await Task.sleep(for: .milliseconds(500))
        ledger.withLock { $0.isCounting = true }
        let loads = Task { await self.load(client, to: process) }
        try await Task.sleep(for: .seconds(2))
        loads.cancel()
        await loads.value
        try await settle { ledger in
            ledger.things.allSatisfy { $0.pending.isEmpty && $0.owed.isEmpty }
                && ledger.statuses.values.allSatisfy { $0.seen >= $0.promised } && ledger.missingEvents.isEmpty
        }
        let status = process.terminate()
        await client.close()
        reader.cancel()
        await reader.value
        let rows = try Witness.rows(database)
        return ledger.withLock { ledger in
            if status != 0 { ledger.fault("the daemon ended with status \(status) on SIGTERM") }
            ledger.check(rows: rows.objects, statusRows: rows.statuses, round: 0)
            ledger.checkKnown(rows: rows.objects, round: 0)
            for thing in ledger.things {
                if !thing.pending.isEmpty { ledger.fault("\(thing.key): the change \(thing.version) was never acked") }
                if !thing.owed.isEmpty {
                    ledger.fault("\(thing.key): the module never got the versions \(thing.owed.sorted())")
                }
            }
            for (key, status) in ledger.statuses where status.seen < status.promised {
                ledger.fault("\(key): status \(status.promised) was answered OK, the cloud saw \(status.seen)")
            }
            for event in ledger.missingEvents {
                ledger.fault("event \(event) was answered OK and never seen by the cloud")
            }
            return ledger.faults
        }
    }

    /// Waits for a condition, up to 10 s; what is missing then is named at the end.
    private func settle(_ isSettled: @Sendable (Ledger) -> Bool) async throws {
        for _ in 0..<200 {
            collectAcks()
            if ledger.withLock({ isSettled($0) }) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func start(_ round: Int, environment: [String] = []) throws -> DaemonProcess {
        try DaemonProcess(
            path: daemon, arguments: ["run", "--config", "\(folder)/edge.yaml"], environment: environment,
            log: "\(folder)/daemon.log")
    }

    func read(_ client: BeehiveModuleClient, until before: [String: Int], round: Int) async {
        let reader = ModuleReader { key, version, isListing in
            self.note(key: key, version: version, isListing: isListing)
        } onListed: {
            self.ledger.withLock { $0.checkKnown(rows: before, round: round) }
        }
        await reader.read(client)
    }

    private func note(key: String, version: Int, isListing: Bool) {
        ledger.withLock { ledger in
            if !isListing { ledger.deliveries += 1 }
            guard let index = ledger.things.firstIndex(where: { $0.key == key }) else { return }
            ledger.tell(index, version: version, isListing: isListing)
        }
    }

    /// Changes of the cloud, statuses and queries of the module, all at once, until the round ends.
    func load(_ client: BeehiveModuleClient, to process: DaemonProcess) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.pushChanges() }
            for lane in 0..<4 { group.addTask { await self.reportStatuses(client, lane: lane) } }
            for lane in 0..<2 { group.addTask { await self.reportEvents(client, lane: lane) } }
        }
    }

    private func pushChanges() async {
        while !Task.isCancelled {
            collectAcks()
            let messages = ledger.withLock { ledger in
                ledger.things.indices.flatMap { index -> [Message] in
                    guard random.withLock({ $0.next() }) % 3 == 0 else { return [] }
                    // Some come in one breath, and meet in one batch.
                    return (0...random.withLock { $0.next() } % 3).compactMap { _ in
                        let id = ids.withLock { $0.next() }
                        var random = self.random.withLock { $0 }
                        let change = ledger.nextChange(index, random: &random, id: id)
                        self.random.withLock { $0 = random }
                        return change.map { message(ledger.things[index], id: id, $0) }
                    }
                }
            }
            for message in messages { cloud.push(message) }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    private func message(
        _ thing: Ledger.Thing, id: String, _ change: Ledger.Change
    ) -> Message {
        let parts = thing.key.split(separator: "/").map(String.init)
        let object: JSONValue = [
            "apiVersion": "v1", "kind": JSONValue(text: thing.kind),
            "metadata": [
                "name": JSONValue(text: parts[2]), "namespace": JSONValue(text: parts[0]),
                "uid": JSONValue(text: "uid-\(parts[2])-\(change.uid)"),
                "resourceVersion": JSONValue(text: "\(change.version)"),
            ],
            "data": ["filling": JSONValue(text: String(repeating: "x", count: 200 + change.version % 4000))],
        ]
        return Message(
            header: Header(
                id: id, timestamp: 0, resourceVersion: change.operation == .delete ? "" : "\(change.version)"),
            route: Route(
                source: .edgeController, group: .resource, operation: change.operation, resource: thing.key),
            content: Content(object))
    }

    func collectAcks() {
        let start = ackCursor.withLock { $0 }
        let frames = cloud.received
        for frame in frames.dropFirst(start) {
            guard let message = frame.message, message.route.operation == .response else { continue }
            ledger.withLock { $0.acknowledge(message.header.parentID) }
        }
        ackCursor.withLock { $0 = frames.count }
    }

    private let ackCursor = Lock(0)

    private func reportStatuses(_ client: BeehiveModuleClient, lane: Int) async {
        while !Task.isCancelled {
            let next = ledger.withLock { ledger -> (key: String, number: Int)? in
                // Each lane has its own pods, so that one pod's statuses are sent in the order of their numbers.
                let mine = ledger.things.indices.filter {
                    ledger.things[$0].type == .pod && ledger.things[$0].acked != nil && $0 % 4 == lane
                }
                guard !mine.isEmpty else { return nil }
                let pick = mine[Int(random.withLock { $0.next() } % UInt64(mine.count))]
                let key = ledger.things[pick].key.split(separator: "/").enumerated().map {
                    $0.offset == 1 ? "podstatus" : String($0.element)
                }
                .joined(separator: "/")
                let number = (ledger.statuses[key]?.sent ?? 0) + 1
                ledger.statuses[key, default: (0, 0, 0)].sent = number
                return (key, number)
            }
            guard let next else {
                try? await Task.sleep(for: .milliseconds(5))
                continue
            }
            var message = client.message(.update, next.key)
            message.content = Content(["UID": "u", "Name": "n", "Status": ["n": JSONValue(integer: next.number)]])
            guard let answer = try? await client.request(message, within: .seconds(5)) else { return }
            guard answer.content.isOK else { continue }
            ledger.withLock { ledger in
                let promised = ledger.statuses[next.key]?.promised ?? 0
                ledger.statuses[next.key]?.promised = max(promised, next.number)
            }
        }
    }

    private func reportEvents(_ client: BeehiveModuleClient, lane: Int) async {
        while !Task.isCancelled {
            let number = ledger.withLock { ledger in
                ledger.events[lane, default: (0, [], [], 0)].sent += 1
                return ledger.events[lane]?.sent ?? 0
            }
            var message = client.message(.insert, "default/event/\(lane)-\(number)")
            message.content = Content(["n": JSONValue(integer: number)])
            guard let answer = try? await client.request(message, within: .seconds(5)) else { return }
            guard answer.content.isOK else { continue }
            ledger.withLock { _ = $0.events[lane]?.promised.insert(number) }
        }
    }
}
