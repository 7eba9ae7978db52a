import Beehive
import BeehiveSocket
import FakeCloud

/// What goes up and down, whatever happens to the way.
extension LinkWorld {
    /// Reports and changes, until all numbered updates are out.
    func load(over duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes { group.addTask { await self.reportStates(lane, over: duration) } }
            let changes = Task { await self.changeConfigMaps() }
            let facts = (0..<Self.factLanes).map { lane in Task { await self.reportFacts(lane) } }
            await group.waitForAll()
            changes.cancel()
            for fact in facts {
                fact.cancel()
                await fact.value
            }
            await changes.value
        }
    }

    /// Each lane has keys of its own, so that one key's numbers are sent in order.
    private func reportStates(_ lane: Int, over duration: Duration) async {
        var random = SeededRandom(seed: seed &+ UInt64(lane) &+ 1)
        let mine = pods.indices.filter { $0 % Self.lanes == lane }
        let count = size.updates / Self.lanes + (lane < size.updates % Self.lanes ? 1 : 0)
        guard !mine.isEmpty else { return }
        let start = ContinuousClock.now
        for number in 0..<count {
            // What took longer than its share is caught up with.
            let due = start + duration * (Double(number) / Double(max(1, count)))
            try? await Task.sleep(until: due, clock: .continuous)
            await report(pods[mine[Int(random.next() % UInt64(mine.count))]])
        }
    }

    /// Sends a pod's next state; true if the daemon took it.
    @discardableResult
    func report(_ pod: Pod) async -> Bool {
        let client = await attached()
        let number = ledger.withLock { $0.next(pod.key) }
        let status: JSONValue = ["phase": "Running", "n": JSONValue(integer: number)]
        var message: Message
        if pod.isPatched {
            let patch: JSONValue = ["metadata": ["uid": JSONValue(text: pod.uid)], "status": status]
            message = client.message(.patch, pod.key)
            message.content = Content(text: String(decoding: patch.json, as: UTF8.self))
        } else {
            message = client.message(.update, pod.key)
            message.content = Content([
                "UID": JSONValue(text: pod.uid), "Name": JSONValue(text: pod.name), "Status": status,
            ])
        }
        guard let answer = try? await client.request(message, within: .seconds(20)) else { return false }
        guard answer.route.operation == .response else {
            ledger.withLock { $0.refusals[answer.content.string ?? "", default: 0] += 1 }
            return false
        }
        ledger.withLock { $0.promise(pod.key, number) }
        return true
    }

    private func reportFacts(_ lane: Int) async {
        let key = "default/event/lane\(lane)"
        while !Task.isCancelled {
            let client = await attached()
            let number = ledger.withLock { $0.next(key) }
            var message = client.message(.insert, "\(key)-\(number)")
            message.content = Content(["n": JSONValue(integer: number)])
            if let answer = try? await client.request(message, within: .seconds(20)), answer.content.isOK {
                ledger.withLock { $0.promise(key, number) }
            }
            try? await Task.sleep(for: .milliseconds(30))
        }
    }

    private func changeConfigMaps() async {
        var random = SeededRandom(seed: seed &+ 1000)
        var number = 0
        while !Task.isCancelled {
            number += 1
            let map = Int(random.next() % UInt64(configMaps))
            let filling = String(repeating: "x", count: Int(random.next() % 6000))
            // A cloud that was stopped takes no changes; the run ends then.
            _ = try? await cloud.merge(
                "ConfigMap", Self.namespace(map), "settings-\(map)",
                ["data": ["n": JSONValue(text: "\(number)"), "filling": JSONValue(text: filling)]])
            try? await Task.sleep(for: .milliseconds(25))
        }
    }

    /// The module's connection, as soon as there is one.
    private func attached() async -> BeehiveModuleClient {
        while true {
            if let client = client.withLock({ $0 }) { return client }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
