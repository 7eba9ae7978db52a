import Beehive
import Testing

@testable import EdgeHub

struct NodeAgentStateTests {
    @Test func `a node is registered, patched and leased, and rests`() throws {
        var agent = AgentUnderTest()
        #expect(agent.state.nextDeadline == nil)
        agent.happen(.linkUp)
        #expect(agent.summary == [AgentKey.insert])
        let insert = try agent.take(AgentKey.insert)
        #expect(insert.header.sync)
        #expect(insert.route.source == .nodeAgent)
        #expect(insert.value["metadata"]?["labels"] == Cloud.labels)
        agent.answer(insert, Cloud.node())
        #expect(agent.state.report.isRegistered)
        #expect(agent.summary == [AgentKey.patch, AgentKey.queryLease])
        let patch = try agent.take(AgentKey.patch)
        let ready = patch.textValue["status"]?["conditions"]?.elements.last
        #expect(ready?["type"] == "Ready")
        #expect(ready?["status"] == "True")
        // Unchanged since before this process: the cloud's time stays.
        #expect(ready?["lastTransitionTime"] == "2025-12-01T00:00:00Z")
        #expect(ready?["lastHeartbeatTime"] == "2026-01-01T00:00:00Z")
        agent.answer(patch, Cloud.node())
        agent.answer(try agent.take(AgentKey.queryLease), Cloud.refusal("NotFound"))
        let lease = try agent.take(AgentKey.insertLease)
        #expect(lease.value["metadata"]?["resourceVersion"] == nil)
        #expect(lease.value["metadata"]?["ownerReferences"]?.elements.first?["uid"] == "u1")
        #expect(lease.value["spec"]?["renewTime"] == "2026-01-01T00:00:00.000000Z")
        agent.answer(lease, Cloud.lease(version: "1"))
        let report = agent.state.report
        #expect(report.generation == .modern)
        #expect(report.lastStatus == agent.now.wall)
        #expect(report.lastLease == agent.now.wall)
        #expect(report.problems == [])
        #expect(agent.sent.isEmpty)
    }

    @Test func `an unchanged status is sent every five minutes, a changed one within ten seconds`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        /// Answers looks and renewals for a while, and counts the patches.
        func patches(_ agent: inout AgentUnderTest, for duration: Duration) throws -> Int {
            var count = 0
            var left = duration
            while left > .zero {
                agent.pass(.seconds(10))
                left -= .seconds(10)
                while let message = agent.sent.first {
                    agent.sent.removeFirst()
                    switch message.route.operation {
                    case .query: agent.answer(message, Content(texts: [Cloud.nodeObject().json]), source: .metaManager)
                    case .patch:
                        count += 1
                        agent.answer(message, Cloud.node())
                    default: agent.answer(message, Cloud.lease(version: "2"))
                    }
                }
            }
            return count
        }
        #expect(try patches(&agent, for: .seconds(290)) == 0)
        #expect(try patches(&agent, for: .seconds(20)) == 1)
        agent.state.facts.address = "192.0.2.99"
        #expect(try patches(&agent, for: .seconds(10)) == 1)
        #expect(try patches(&agent, for: .seconds(100)) == 0)
    }

    @Test func `a node that the cloud called unknown is patched at the next look`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.pass(.seconds(10))
        agent.answer(
            try agent.take(AgentKey.query), Content(texts: [Cloud.nodeObject(ready: "Unknown").json]),
            source: .metaManager)
        let patch = try agent.take(AgentKey.patch)
        // It was not Ready, and is from now on.
        let ready = patch.textValue["status"]?["conditions"]?.elements.last
        #expect(ready?["lastTransitionTime"] == "2026-01-01T00:00:10Z")
    }

    @Test func `a Node that lost its conditions gets them at the next look`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.pass(.seconds(10))
        var bare = Cloud.nodeObject()
        bare["status"] = [:]
        agent.answer(try agent.take(AgentKey.query), Content(texts: [bare.json]), source: .metaManager)
        #expect(agent.summary.contains(AgentKey.patch))
    }

    @Test func `the lease is renewed every quarter of its life with the last version`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        for version in 1...3 {
            agent.pass(.seconds(10))
            let update = try agent.take(AgentKey.updateLease)
            #expect(update.value["metadata"]?["resourceVersion"] == JSONValue(text: "\(version)"))
            #expect(update.value["spec"]?["renewTime"] == JSONValue(text: "2026-01-01T00:00:\(version)0.000000Z"))
            agent.answer(update, Cloud.lease(version: "\(version + 1)"))
            agent.sent = []
        }
    }

    @Test func `a conflict asks for the lease at once, a second one after a while`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.pass(.seconds(10))
        agent.answer(try agent.take(AgentKey.updateLease), Cloud.refusal("Conflict"))
        agent.answer(try agent.take(AgentKey.queryLease), Cloud.lease(version: "9"))
        let update = try agent.take(AgentKey.updateLease)
        #expect(update.value["metadata"]?["resourceVersion"] == "9")
        agent.sent = []
        agent.answer(update, Cloud.refusal("Conflict"))
        #expect(agent.sent.isEmpty)
        #expect(agent.state.report.problems == ["lease of the node: Conflict: so it is"])
        agent.pass(.seconds(2))
        #expect(agent.summary.contains(AgentKey.queryLease))
    }

    @Test func `a status without a lease is the sign of life, every ten seconds`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        agent.answer(try agent.take(AgentKey.patch), Cloud.node())
        agent.answer(try agent.take(AgentKey.queryLease), Cloud.refusal("NotFound"))
        agent.answer(try agent.take(AgentKey.insertLease), Cloud.refusal("NotFound"))
        #expect(agent.state.report.problems.first?.contains("namespace kube-node-lease has to exist") == true)
        agent.pass(.seconds(10))
        agent.answer(try agent.take(AgentKey.query), Content(Cloud.nodeObject()), source: .metaManager)
        #expect(agent.summary.contains(AgentKey.patch))
    }

    @Test func `a node that exists is queried, and given the labels that it lacks`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.answer(try agent.take(AgentKey.insert), Cloud.refusal("AlreadyExists"))
        let query = try agent.take(AgentKey.query)
        // Asked of the cloud, whatever is stored.
        #expect(query.route.destination == "websocket")
        agent.answer(query, Content(Cloud.nodeObject(labels: ["kubernetes.io/os": "linux", "zone": "hall-9"])))
        let update = try agent.take(AgentKey.labels)
        #expect(
            update.value["metadata"]?["labels"]?.members.map(\.key) == [
                "kubernetes.io/arch", "kubernetes.io/hostname", "node-role.kubernetes.io/agent",
                "node-role.kubernetes.io/edge",
            ])
        agent.answer(update, .ok, source: .nodeAgent)
        // Not again while the answer is on its way, then again and told.
        agent.answer(try agent.take(AgentKey.patch), Cloud.node(labels: [:]))
        #expect(!agent.summary.contains(AgentKey.labels))
        agent.sent = []
        var updates = 0
        for _ in 0..<12 {
            agent.pass(.seconds(10))
            while let message = agent.sent.first {
                agent.sent.removeFirst()
                if message.route.operation == .query, message.route.resource.hasPrefix("null/") {
                    agent.answer(message, Content(Cloud.nodeObject(labels: [:])), source: .metaManager)
                } else if message.route.operation == .update, message.route.resource.hasPrefix("null/") {
                    updates += 1
                    agent.answer(message, .ok, source: .nodeAgent)
                }
            }
        }
        #expect((3...9).contains(updates))
        #expect(agent.state.report.problems.contains { $0.contains("node-role.kubernetes.io/edge") })
    }

    @Test func `a cloud that does not answer the newer form gets the one of release 1.2`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.pass(.seconds(4))
        #expect(agent.summary == [AgentKey.insert])
        agent.pass(.seconds(1))
        let insert = try agent.take(AgentKey.classicInsert)
        #expect(insert.value["metadata"]?["name"] == "edge-node-1")
        agent.answer(insert, .ok)
        #expect(agent.state.report.generation == .classic)
        #expect(agent.state.report.isRegistered)
        let update = try agent.take(AgentKey.classicUpdate)
        #expect(update.value.members.map(\.key) == ["UID", "Status", "ExtendResources"])
        agent.answer(update, .ok, source: .nodeAgent)
        #expect(agent.state.report.lastStatus != nil)
        agent.sent = []
        agent.pass(.seconds(10))
        #expect(agent.summary == [AgentKey.classicUpdate])
        // Remembered: after a cut it is asked first, and the newer form along with it.
        agent.happen(.linkDown)
        agent.sent = []
        agent.happen(.linkUp)
        #expect(agent.summary == [AgentKey.insert, AgentKey.classicInsert])
        agent.answer(try agent.take(AgentKey.classicInsert), .ok)
        #expect(agent.state.report.isRegistered)
        agent.pass(.seconds(6))
        #expect(agent.state.report.generation == .classic)
        #expect(agent.state.report.problems == [])
    }

    @Test func `an answer that comes late proves the newer form`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        let insert = try agent.take(AgentKey.insert)
        agent.pass(.seconds(5))
        agent.answer(try agent.take(AgentKey.classicInsert), .ok)
        agent.sent = []
        // MetaManager giving up is no word of the cloud.
        var copy = agent
        copy.fail(insert, "Timeout: the cloud did not answer")
        #expect(copy.state.report.generation == .classic)
        #expect(copy.state.unanswered == agent.state.unanswered)
        agent.answer(insert, Cloud.node())
        #expect(agent.state.report.generation == .modern)
        #expect(agent.summary == [AgentKey.patch, AgentKey.queryLease])
        agent.sent = []
        agent.pass(.seconds(9))
        #expect(!agent.summary.contains(AgentKey.classicUpdate))
    }

    @Test func `a cloud of the newer kind that was slow once is not taken for an old one`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.happen(.linkDown)
        agent.happen(.linkUp)
        agent.pass(.seconds(5))
        #expect(agent.summary == [AgentKey.insert])
        #expect(agent.state.report.problems == ["registration of the node: no answer within 5.0 seconds"])
        agent.pass(.seconds(1))
        #expect(agent.summary == [AgentKey.insert, AgentKey.insert])
        agent.sent.removeFirst()
        agent.answer(try agent.take(AgentKey.insert), Cloud.refusal("AlreadyExists"))
        #expect(agent.state.report.generation == .modern)
        #expect(agent.summary == [AgentKey.query])
    }

    @Test func `a cloud that answers nothing is asked less and less often, and that is told`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.pass(.seconds(3600))
        #expect(agent.state.report.problems.count == 1)
        #expect(agent.state.report.problems.first?.contains("limit of nodes") == true)
        #expect(!agent.state.report.isRegistered)
        // 1, 2, 4 … 300 s between tries of 10 s each.
        #expect((30...60).contains(agent.sent.count), "\(agent.sent.count) requests in an hour")
    }

    @Test(arguments: ["Forbidden", "Invalid", "InternalError", ""])
    func `a refused registration is tried again with growing waits`(reason: String) throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        var waits: [Int] = []
        for _ in 0..<12 {
            let insert = try agent.take(AgentKey.insert)
            agent.answer(insert, Cloud.refusal(reason))
            #expect(agent.sent.isEmpty)
            let next = try #require(agent.state.nextDeadline)
            waits.append(Int((next - agent.now.ticks) / 1_000_000_000))
            agent.pass(.seconds(waits.last ?? 0))
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
        #expect(agent.state.report.problems.first?.hasPrefix("registration of the node: ") == true)
    }

    @Test func `nothing is sent while the link is down, and answers that come late are none`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.pass(.seconds(10))
        let update = try agent.take(AgentKey.updateLease)
        agent.sent = []
        agent.happen(.linkDown)
        #expect(agent.state.nextDeadline == nil)
        agent.fail(update, "the link to the cloud is down")
        agent.pass(.seconds(3600))
        #expect(agent.sent.isEmpty)
        #expect(!agent.state.report.isRegistered)
        #expect(agent.state.report.problems == [])
    }

    @Test func `an agent that missed the news of the link finds out by asking`() throws {
        var agent = AgentUnderTest()
        agent.happen(.attached)
        agent.fail(try agent.take(AgentKey.insert), "the link to the cloud is down")
        #expect(
            agent.state.report.problems.isEmpty,
            "before its first word the link is mostly not up yet, which is told elsewhere")
        agent.pass(.seconds(1))
        agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        #expect(agent.state.report.isRegistered)
        #expect(agent.state.report.problems == [])
        // Attaching again changes nothing for a link that is known.
        agent.happen(.linkDown)
        agent.sent = []
        agent.happen(.attached)
        #expect(agent.sent.isEmpty)
    }

    @Test func `answers of other modules, and to nothing, are not believed`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        let insert = try agent.take(AgentKey.insert)
        agent.answer(insert, Cloud.node(), source: "edged")
        agent.answer(Message(header: Header(id: "x", timestamp: 0), route: insert.route, content: .null), Cloud.node())
        #expect(!agent.state.report.isRegistered)
        agent.answer(insert, Cloud.node())
        #expect(agent.state.report.isRegistered)
    }

    @Test func `a Node that is gone is registered again, at a growing distance`() throws {
        var agent = AgentUnderTest()
        try agent.register()
        agent.pass(.seconds(10))
        agent.sent.removeAll { $0.route.resource.hasPrefix("kube-node-lease") }
        agent.fail(try agent.take(AgentKey.query), "NotFound: node \"edge-node-1\" not found")
        agent.pass(.seconds(1))
        agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        for wait in [2, 4, 8] {
            agent.answer(try agent.take(AgentKey.patch), Cloud.refusal("NotFound"))
            #expect(!agent.state.report.isRegistered)
            agent.sent = []
            agent.pass(.seconds(wait) - .milliseconds(1))
            #expect(!agent.summary.contains(AgentKey.insert))
            agent.pass(.milliseconds(1))
            agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        }
    }

    @Test func `a refused patch is told, and the next look tries again`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        agent.answer(try agent.take(AgentKey.patch), Cloud.refusal("Invalid"))
        #expect(agent.state.report.problems == ["status of the node: Invalid: so it is"])
        agent.sent = []
        agent.pass(.seconds(10))
        agent.answer(try agent.take(AgentKey.query), Content(Cloud.nodeObject()), source: .metaManager)
        agent.answer(try agent.take(AgentKey.patch), Cloud.node())
        #expect(agent.state.problems[.status] == nil)
    }

    @Test func `a stale answer is no word of the cloud`() throws {
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.answer(try agent.take(AgentKey.insert), Cloud.refusal("AlreadyExists"))
        agent.answer(
            try agent.take(AgentKey.query), Content(texts: [Cloud.nodeObject().json]), source: .metaManager,
            extras: [ExtraField(name: "stale", json: Bytes("true".utf8))])
        #expect(!agent.state.report.isRegistered)
        #expect(agent.state.report.problems.count == 1)
    }

    @Test func `whatever the cloud does, requests stay bounded`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        let answers: [Content] = [
            .ok, .null, Content(text: "no"), Cloud.node(), Cloud.node(labels: [:], ready: "False"),
            Cloud.lease(version: "1"), Cloud.refusal("NotFound"), Cloud.refusal("Conflict"),
            Cloud.refusal("AlreadyExists"), Cloud.refusal("Forbidden"), Content(texts: []), Content([:]),
        ]
        var count = 0
        for _ in 0..<600 {
            // At most this many answers a second: a hot loop would go on for ever.
            for _ in 0..<20 where !agent.sent.isEmpty {
                let message = agent.sent.removeFirst()
                count += 1
                switch Int.random(in: 0..<8, using: &random) {
                case 0: break
                case 1: agent.fail(message, "the disk is full")
                default: agent.answer(message, answers.randomElement(using: &random) ?? .null)
                }
            }
            if !agent.sent.isEmpty {
                Issue.record("20 answers in a second, and still \(agent.summary), seed \(seed)")
                return
            }
            agent.pass(.seconds(1))
            #expect(agent.state.pending.count <= NodeAgentState.Request.allCases.count)
        }
        #expect(count < 1200, "\(count) requests in 600 s, seed \(seed)")
    }
}
