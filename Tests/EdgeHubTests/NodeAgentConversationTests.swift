import Beehive
import Testing

@testable import EdgeHub

/// The recorded answers of a real CloudCore, given to the agent.
struct NodeAgentConversationTests {
    /// The recorded answer of a place in the file, to a message of ours.
    private static func play(_ answer: Message, to message: Message, on agent: inout AgentUnderTest) {
        var answer = answer
        answer.header.parentID = message.id
        agent.happen(.answer(answer))
    }

    private static func answers(_ name: String, _ resource: String) throws -> [Message] {
        try WireFile.fromCloud(name).filter {
            $0.route.operation == .response && $0.route.resource == resource
        }
    }

    /// An agent whose configuration has no labels, as the recorded client's.
    private static func bare() -> AgentUnderTest { AgentUnderTest { $0.labels = [:] } }

    @Test func `02: a node is registered, found to exist, reconciled and patched`() throws {
        // Query (absent), insert, insert again, query, later the label update's OK.
        let answers = try Self.answers("02-node-register", "null/node/edge-node-1")
        let patched = try #require(try Self.answers("02-node-register", "null/nodepatch/edge-node-1").first)
        try #require(answers.count == 5)
        var agent = Self.bare()
        agent.happen(.linkUp)
        Self.play(answers[1], to: try agent.take(AgentKey.insert), on: &agent)
        #expect(agent.state.report.isRegistered)
        #expect(agent.state.uid == "d567a7e9-b5b8-4efe-a97f-f972380168b7")
        #expect(!agent.summary.contains(AgentKey.labels))
        Self.play(patched, to: try agent.take(AgentKey.patch), on: &agent)
        #expect(agent.state.report.lastStatus == agent.now.wall)
        #expect(agent.state.report.problems == [])
        // After a reconnect the Node is there.
        agent.happen(.linkDown)
        agent.sent = []
        agent.happen(.linkUp)
        Self.play(answers[2], to: try agent.take(AgentKey.insert), on: &agent)
        #expect(!agent.state.report.isRegistered)
        Self.play(answers[3], to: try agent.take(AgentKey.query), on: &agent)
        #expect(agent.state.report.isRegistered)
        #expect(agent.state.report.generation == .modern)
        // One label of the configuration's is missing.
        var labelled = AgentUnderTest()
        labelled.happen(.linkUp)
        Self.play(answers[2], to: try labelled.take(AgentKey.insert), on: &labelled)
        Self.play(answers[3], to: try labelled.take(AgentKey.query), on: &labelled)
        let update = try labelled.take(AgentKey.labels)
        #expect(update.value["metadata"]?["labels"] == ["zone": "hall-4"])
        Self.play(answers[4], to: update, on: &labelled)
        #expect(labelled.state.report.problems == [])
    }

    @Test func `03: a lease is absent, inserted, renewed, in conflict, and found again`() throws {
        // Query (absent), insert, query, update, stale update, bad insert.
        let answers = try Self.answers("03-node-lease", "kube-node-lease/lease/edge-node-1")
        try #require(answers.count == 6)
        var agent = AgentUnderTest()
        agent.happen(.linkUp)
        agent.answer(try agent.take(AgentKey.insert), Cloud.node())
        agent.sent.removeAll { $0.route.operation == .patch }
        Self.play(answers[0], to: try agent.take(AgentKey.queryLease), on: &agent)
        Self.play(answers[1], to: try agent.take(AgentKey.insertLease), on: &agent)
        #expect(agent.state.report.lastLease == agent.now.wall)
        agent.pass(.seconds(10))
        var update = try agent.take(AgentKey.updateLease)
        #expect(update.value["metadata"]?["resourceVersion"] == "266")
        Self.play(answers[3], to: update, on: &agent)
        agent.sent = []
        agent.pass(.seconds(10))
        update = try agent.take(AgentKey.updateLease)
        #expect(update.value["metadata"]?["resourceVersion"] == "268")
        Self.play(answers[4], to: update, on: &agent)
        Self.play(answers[2], to: try agent.take(AgentKey.queryLease), on: &agent)
        update = try agent.take(AgentKey.updateLease)
        #expect(update.value["metadata"]?["resourceVersion"] == "266")
        // What was recorded has neither, and nobody needs them.
        #expect(update.value.members.map(\.key) == ["metadata", "spec"])
        Self.play(answers[3], to: update, on: &agent)
        #expect(agent.state.problems[.lease] == nil)
        #expect(agent.state.report.lastLease == agent.now.wall)
        // An insert that the cloud cannot make: told, and tried again later.
        var other = AgentUnderTest()
        other.happen(.linkUp)
        other.answer(try other.take(AgentKey.insert), Cloud.node())
        Self.play(answers[0], to: try other.take(AgentKey.queryLease), on: &other)
        Self.play(answers[5], to: try other.take(AgentKey.insertLease), on: &other)
        #expect(other.state.report.problems.first?.contains("resourceVersion should not be set") == true)
    }

    @Test func `21: a Node deleted under a live connection is registered again on the next one`() throws {
        let answer = try #require(try Self.answers("21-node-delete", "null/node/edge-node-1").first)
        var agent = Self.bare()
        try agent.register()
        agent.happen(.linkDown)
        #expect(!agent.state.report.isRegistered)
        agent.pass(.seconds(9))
        #expect(agent.sent.isEmpty)
        agent.happen(.linkUp)
        Self.play(answer, to: try agent.take(AgentKey.insert), on: &agent)
        #expect(agent.state.report.isRegistered)
        #expect(agent.state.uid == "c2117153-5eea-4ffb-8ef2-01f0de925704")
        #expect(agent.summary == [AgentKey.patch, AgentKey.queryLease])
    }

    @Test func `20: the older form is answered by a newer cloud too`() throws {
        let answers = try Self.answers("20-other-upstream", "default/node/edge-node-1")
        try #require(answers.count == 2)
        var agent = Self.bare()
        agent.happen(.linkUp)
        agent.pass(.seconds(5))
        Self.play(answers[0], to: try agent.take(AgentKey.classicInsert), on: &agent)
        #expect(agent.state.report.generation == .classic)
        #expect(agent.state.report.isRegistered)
    }

    /// The names of an object's members, all the way down; lists by their first element.
    private static func shape(_ value: JSONValue) -> Set<String> {
        var names: Set<String> = []
        func walk(_ value: JSONValue, _ path: String) {
            for member in value.members {
                names.insert("\(path)/\(member.key)")
                walk(member.value, "\(path)/\(member.key)")
            }
            if let first = value.elements.first { walk(first, "\(path)[]") }
        }
        walk(value, "")
        return names
    }

    @Test func `what is sent has the form that the cloud was seen to take`() throws {
        func recorded(_ name: String, _ summary: String) throws -> JSONValue {
            let message = try #require(
                try WireFile.toCloud(name).first { "\($0.route.operation) \($0.route.resource)" == summary })
            return message.content.kind == .string ? message.textValue : message.value
        }
        var agent = Self.bare()
        agent.happen(.linkUp)
        let insert = try agent.take(AgentKey.insert)
        let node = try recorded("02-node-register", AgentKey.insert)
        #expect(Self.shape(insert.value) == Self.shape(node))
        #expect(insert.value["metadata"] == node["metadata"])
        agent.pass(.seconds(5))
        agent.answer(try agent.take(AgentKey.classicInsert), .ok)
        let update = try agent.take(AgentKey.classicUpdate)
        #expect(
            Self.shape(update.value) == Self.shape(try recorded("20-other-upstream", AgentKey.classicUpdate)))
        agent.answer(insert, Cloud.node())
        let patch = try agent.take(AgentKey.patch)
        let wanted = Self.shape(try recorded("02-node-register", AgentKey.patch))
        #expect(Self.shape(patch.textValue).isSuperset(of: wanted))
        #expect(patch.content.kind == .string)
        agent.answer(try agent.take(AgentKey.queryLease), Cloud.refusal("NotFound"))
        let lease = try agent.take(AgentKey.insertLease)
        let shape = Self.shape(lease.value).filter { !$0.contains("ownerReferences") }
        #expect(shape == Self.shape(try recorded("03-node-lease", AgentKey.insertLease)))
    }
}
