import Beehive
import BeehiveSocket
import FakeCloud
import NIOPosix

/// A run from its start to the account at its end.
extension LinkWorld {
    /// One life of the daemon, and the module's reading in it.
    private struct Life: Sendable {
        let process: DaemonProcess
        let client: BeehiveModuleClient
        let reading: Task<Void, Never>
    }

    /// Runs everything; gives the faults.
    func run() async throws -> [String] {
        var life = try await begin(0)
        try await wait("the pods on the node") {
            let syncs = try await self.cloud.syncs(of: Self.node)
            return syncs.count { $0.key.hasPrefix("Pod/") && $0.value > 0 } == self.size.keys
        }
        let loads = Task { await self.load(over: self.chaos.duration) }
        var kills = 0
        for (number, step) in chaos.steps.enumerated() {
            try await Task.sleep(for: step.pause)
            if step.event == .kill {
                kills += 1
                try await end(life, number)
                life = try await begin(kills)
            } else {
                try await apply(step.event)
            }
            if ledger.withLock({ !$0.faults.isEmpty }) { break }
            if number % 20 == 19 { print("link: \(number + 1) of \(chaos.steps.count) events, \(summary)") }
        }
        await loads.value
        try await finish(life)
        return ledger.withLock(\.faults)
    }

    private func begin(_ number: Int) async throws -> Life {
        let before = number == 0 ? [:] : try Witness.rows(database).objects
        ledger.withLock { $0.reconnect() }
        let process = try start()
        let client = try await process.attach(in: folder)
        let reader = ModuleReader { [ledger] key, version, isListing in
            ledger.withLock { $0.tell(key, version, isListing: isListing) }
        } onListed: { [ledger] in
            ledger.withLock { $0.checkKnown(rows: before, at: "after kill \(number)") }
        }
        let reading = Task { await reader.read(client) }
        self.client.withLock { $0 = client }
        return Life(process: process, client: client, reading: reading)
    }

    /// Kills the daemon and looks at what it leaves.
    private func end(_ life: Life, _ number: Int) async throws {
        client.withLock { $0 = nil }
        _ = life.process.kill()
        await life.client.close()
        await life.reading.value
        let integrity = try Witness.lines(database, "PRAGMA integrity_check")
        let rows = try Witness.rows(database)
        // Asked last: an ack that is still on its way counts as well.
        let acked = try await acked()
        ledger.withLock { ledger in
            if integrity != ["ok"] { ledger.fault("step \(number): integrity_check: \(integrity)") }
            ledger.check(objects: rows.objects, statuses: rows.statuses, acked: acked, at: "step \(number)")
        }
    }

    private func apply(_ event: Chaos.Event) async throws {
        switch event {
        case .cut(let isReset): try await cloud.cut(isReset: isReset)
        case .cutAfter(let bytes): try await cloud.cut(afterBytes: bytes, to: Self.node)
        case .frozen(let isFrozen): try await isFrozen ? cloud.freeze() : cloud.unfreeze()
        case .refusing(let status):
            try await cloud.refuseUpgrades(status)
            if status != nil { try await cloud.cut() }
        case .away(let isAway): try await isAway ? cloud.goAway() : cloud.comeBack()
        case .withholdingPongs(let isWithholding): try await cloud.setWithholdingPongs(isWithholding)
        case .dropAcks(let count): try await cloud.dropNextAcks(count, of: Self.node)
        case .cloudRestart: try await cloud.restart()
        case .kill: break
        }
    }

    /// What the cloud knows the node to have, by resource.
    private func acked() async throws -> [String: Int] {
        var acked: [String: Int] = [:]
        for (key, version) in try await cloud.syncs(of: Self.node) {
            let parts = key.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "Pod" || parts[0] == "ConfigMap" else { continue }
            acked["\(parts[1])/\(parts[0].lowercased())/\(parts[2])"] = Int(version)
        }
        return acked
    }

    /// Nothing is cut any more: each key gets a last number, and everything has to arrive.
    private func finish(_ life: Life) async throws {
        let end = ContinuousClock.now + .seconds(60)
        for pod in pods {
            // A state that met the end of a connection is reported anew, as a careful module does.
            while !(await report(pod)), ContinuousClock.now < end {}
        }
        try await settle("the last states and facts in the cloud") { self.ledger.withLock(\.missing) }
        try await settle("the last objects on the node") {
            let acked = try await self.acked()
            return try await self.clusterVersions().filter { acked[$0.key] != $0.value }.map(\.key)
        }
        try await settle("the last objects at the module") {
            let cluster = try await self.clusterVersions()
            return self.ledger.withLock { ledger in
                cluster.filter { ledger.objects[$0.key]?.known != $0.value }.map(\.key)
            }
        }
        try await settle("empty queues") {
            let count = try await self.cloud.waiting(for: Self.node)
            return count == 0 ? [] : ["\(count) messages wait for the node"]
        }
        try await checkCloud()
        let status = life.process.terminate()
        await life.client.close()
        await life.reading.value
        let rows = try Witness.rows(database)
        let waiting = try Witness.lines(database, "SELECT count(*) FROM outbox")
        let acked = try await acked()
        let cluster = try await clusterVersions()
        ledger.withLock { ledger in
            if status != 0 { ledger.fault("the daemon ended with status \(status) on SIGTERM") }
            if waiting != ["0"] { ledger.fault("\(waiting) entries are left in the outbox") }
            ledger.check(objects: rows.objects, statuses: rows.statuses, acked: acked, at: "the end")
            ledger.checkKnown(rows: rows.objects, at: "the end")
            for (key, version) in cluster where rows.objects[key] != version {
                ledger.fault("\(key) is stored at \(rows.objects[key] ?? 0), the cloud has \(version)")
            }
        }
    }

    /// The versions of the cloud's objects that the node is told of.
    private func clusterVersions() async throws -> [String: Int] {
        var versions: [String: Int] = [:]
        for pod in pods {
            let object = try await cloud.object("Pod", pod.namespace, pod.name)
            versions["\(pod.namespace)/pod/\(pod.name)"] = object.flatMap(Self.version)
        }
        for number in 0..<configMaps {
            let object = try await cloud.object("ConfigMap", Self.namespace(number), "settings-\(number)")
            // One that never changed was never pushed.
            guard object?["data"]?["n"]?.text != "0" else { continue }
            versions["\(Self.namespace(number))/configmap/settings-\(number)"] = object.flatMap(Self.version)
        }
        return versions
    }

    private static func version(_ object: JSONValue) -> Int? {
        object["metadata"]?["resourceVersion"]?.text.flatMap { Int($0) }
    }

    /// The cloud's own objects say what the node reported last.
    private func checkCloud() async throws {
        for pod in pods {
            let number = try await cloud.object("Pod", pod.namespace, pod.name)?["status"]?["n"]?.integer
            ledger.withLock { ledger in
                let stream = ledger.streams[pod.key]
                let last = stream?.promised.max() ?? 0
                if Int(number ?? 0) != stream?.newest || stream?.newest ?? 0 < last {
                    ledger.fault("\(pod.key): the cloud has \(number ?? 0), and saw \(stream?.newest ?? 0) of \(last)")
                }
            }
        }
    }

    private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<2400 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw CrashError("\(what): not within a minute; \(summary)")
    }

    /// Waits until nothing is missing, a minute at most; what is missing then is a fault.
    private func settle(_ what: String, _ missing: () async throws -> [String]) async throws {
        var left: [String] = []
        for _ in 0..<1200 {
            left = try await missing()
            if left.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        ledger.withLock { $0.fault("\(what): missing \(left.prefix(5).joined(separator: ", ")) (\(left.count))") }
    }
}
