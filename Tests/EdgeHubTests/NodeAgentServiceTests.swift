import Beehive
import Logging
import MetaManager
import ServiceLifecycle
import TestKit
import Testing

@testable import EdgeHub

@Suite(.timeLimit(.minutes(5))) struct NodeAgentServiceTests {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func bus(_ intake: any ModuleIntake) -> ModuleBus {
        ModuleBus(
            intake: intake, owed: { RelistTypes.of($0) },
            relist: { RelistTypes.frame(for: $0, types: $1, id: "relist", at: SystemTime().now()) })
    }

    static func link(_ word: String) -> Message {
        Message(
            header: Header(id: "link-\(UInt64.random(in: 0 ... .max))", timestamp: 0),
            route: Route(source: .edgeHub, group: .meta, operation: .connect, resource: "node/connection"),
            content: Content(text: word))
    }

    /// Runs a service beside a body, and waits for its end.
    static func run(
        _ service: any Service, _ body: @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    @Test func `the agent speaks on the bus and keeps its deadlines`() async throws {
        let intake = FakeIntake()
        let bus = Self.bus(intake)
        var settings = NodeAgentSettings(node: "edge-node-1")
        settings.registrationTimeout = .milliseconds(50)
        settings.statusInterval = .milliseconds(20)
        let agent = NodeAgent(bus: bus, settings: settings, facts: { AgentUnderTest.facts }, logger: Self.quiet)
        intake.onOffer { message, module in
            // A cloud of release 1.2: the newer form has no answer, the older is OK.
            guard message.route.resource == "default/nodestatus/edge-node-1" else { return }
            let answer = Message(
                header: Header(id: "a-\(message.id)", parentID: message.id, timestamp: 0),
                route: Route(
                    source: .edgeController, group: .resource, operation: .response,
                    resource: "default/node/edge-node-1"),
                content: .ok)
            bus.deliver([(.module(module.name), answer)])
        }
        try await Self.run(agent) {
            try await eventually("attached", within: .seconds(60)) {
                intake.attached.contains { $0.name == .nodeAgent }
            }
            bus.deliver([(.everyone, Self.link("cloud_connected"))])
            try await eventually("registered", within: .seconds(60)) { agent.report.isRegistered }
            #expect(agent.report.generation == .classic)
            try await eventually("three statuses", within: .seconds(60)) {
                intake.waiting.filter { $0.route.operation == .update }.count >= 3
            }
            bus.deliver([(.everyone, Self.link("cloud_disconnected"))])
            try await eventually("known to be down", within: .seconds(60)) { !agent.report.isRegistered }
            #expect(agent.report.problems == [])
        }
        #expect(intake.waiting.allSatisfy { $0.route.source == .nodeAgent && $0.header.sync })
        #expect(bus.modules.first { $0.info.name == .nodeAgent }?.isAttached == false)
    }

    @Test func `with the real loop and a store the node gets ready and stays so`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        let node = try LoopNode(folder)
        var settings = NodeAgentSettings(node: "edge-node-1", labels: ["zone": "hall-4"])
        settings.statusInterval = .milliseconds(50)
        settings.heartbeatInterval = .milliseconds(100)
        settings.leaseDuration = .milliseconds(400)
        // A slow machine must not make a cloud of release 1.2 out of this one.
        settings.registrationTimeout = .seconds(60)
        settings.answerTimeout = .seconds(60)
        let agent = NodeAgent(bus: node.bus, settings: settings, facts: { AgentUnderTest.facts }, logger: Self.quiet)
        try await node.run(agent) {
            try await eventually("registered and leased", within: .seconds(60)) {
                let report = agent.report
                return report.isRegistered && report.lastStatus != nil && report.lastLease != nil
            }
            #expect(agent.report.generation == .modern)
            let (status, lease) = (agent.report.lastStatus ?? 0, agent.report.lastLease ?? 0)
            try await eventually("renewed", within: .seconds(60)) {
                (agent.report.lastStatus ?? 0) > status && (agent.report.lastLease ?? 0) > lease
            }
            #expect(agent.report.problems == [])
            let value = try #require(try node.stored("null/node/edge-node-1"))
            #expect(value["metadata"]?["labels"]?["zone"] == "hall-4")
            #expect(
                value["status"]?["conditions"]?.elements.contains {
                    $0["type"] == "Ready" && $0["status"] == "True"
                } == true)
        }
    }
}
