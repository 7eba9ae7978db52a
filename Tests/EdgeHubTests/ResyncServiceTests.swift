import Beehive
import MetaManager
import TestKit
import Testing

@testable import EdgeHub

@Suite(.timeLimit(.minutes(5))) struct ResyncServiceTests {
    /// MetaManager as far as a resync sees it.
    final class Answers: Sendable {
        let intake = FakeIntake()
        let bus: ModuleBus
        private let pods: Lock<[JSONValue]>
        private let busy = Lock((now: 0, most: 0))
        let held = Lock<[Message]>([])
        let isHolding = Lock(false)

        init(pods: [JSONValue]) {
            self.pods = Lock(pods)
            bus = NodeAgentServiceTests.bus(intake)
            intake.onOffer { [weak self] message, _ in self?.take(message) }
        }

        var most: Int { busy.withLock { $0.most } }

        func set(_ pods: [JSONValue]) { self.pods.withLock { $0 = pods } }

        /// What was asked, but for lists, in order.
        var asked: [String] {
            intake.waiting.filter { $0.route.resource.split(separator: "/").count == 3 }.map {
                ($0.route.destination.isEmpty ? "" : "cloud ") + $0.route.resource
            }
        }

        private func take(_ message: Message) {
            let parts = message.route.resource.split(separator: "/")
            guard parts.count == 3 else {
                let list = parts.last == "pod" ? pods.withLock { $0 } : Self.stored(parts.last.map(String.init))
                return answer(message, Content(texts: list.map(\.json)), source: .metaManager)
            }
            busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            let isHeld = isHolding.withLock { isHolding in
                if isHolding { held.withLock { $0.append(message) } }
                return isHolding
            }
            if !isHeld { answerOne(message) }
        }

        private static func stored(_ type: String?) -> [JSONValue] {
            type == "secret" ? [["metadata": ["name": "old", "namespace": "demo"]]] : []
        }

        func release() {
            isHolding.withLock { $0 = false }
            for message in held.withLock({ held in
                defer { held = [] }
                return held
            }) {
                answerOne(message)
            }
        }

        private func answerOne(_ message: Message) {
            busy.withLock { $0.now -= 1 }
            let name = message.route.resource.split(separator: "/").last ?? ""
            switch name {
            case "kept" where message.route.destination.isEmpty:
                answer(
                    message, Content(["metadata": ["name": "kept"]]), source: .metaManager,
                    extras: [ExtraField(name: "origin", json: Bytes("\"store\"".utf8))])
            case "gone": answer(message, Content(text: "NotFound: gone"), .error, source: .metaManager)
            case "slow": answer(message, Content(text: "Timeout: no answer"), .error, source: .metaManager)
            default: answer(message, Content(["metadata": ["name": "x"]]))
            }
        }

        private func answer(
            _ message: Message, _ content: Content, _ operation: Beehive.Operation = .response,
            source: ModuleName = .edgeController, extras: [ExtraField] = []
        ) {
            bus.deliver([
                (
                    .module(.resync),
                    Message(
                        header: Header(id: "a-\(message.id)", parentID: message.id, timestamp: 0, extras: extras),
                        route: Route(
                            source: source, group: .resource, operation: operation, resource: message.route.resource),
                        content: content)
                )
            ])
        }
    }

    static func pod(_ names: [String]) -> JSONValue {
        ResyncPlanTests.pod(
            "web", ["volumes": .array(names.map { ["configMap": ["name": JSONValue(text: $0)]] })])
    }

    static func resync(
        _ answers: Answers, isStoreNew: Bool, lost: [String] = [],
        onSettled: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Resync {
        var settings = ResyncSettings(node: "n1")
        settings.interval = .milliseconds(20)
        return Resync(
            bus: answers.bus, settings: settings, isStoreNew: isStoreNew, isLinkUp: { true }, lost: lost,
            onSettled: onSettled, logger: NodeAgentServiceTests.quiet)
    }

    @Test func `a lost key is settled once the cloud has answered, be it that there is none`() async throws {
        let answers = Answers(pods: [Self.pod(["a"])])
        let settled = Lock<[String]>([])
        let lost = ["demo/secret/lost", "demo/secret/gone", "demo/secret/slow", "demo/pod/lost"]
        let resync = Self.resync(answers, isStoreNew: false, lost: lost) { key in settled.withLock { $0.append(key) } }
        try await NodeAgentServiceTests.run(resync) {
            try await eventually("five tries", within: .seconds(60)) {
                answers.asked.filter { $0 == "cloud demo/secret/slow" }.count == 5
            }
            #expect(settled.withLock { $0.sorted() } == ["demo/secret/gone", "demo/secret/lost"])
        }
    }

    @Test func `a new store gets what its pods name, also of pods that come later`() async throws {
        let answers = Answers(pods: [])
        let resync = Self.resync(answers, isStoreNew: true, lost: ["demo/secret/lost", "demo/pod/lost"])
        try await NodeAgentServiceTests.run(resync) {
            try await eventually("the node", within: .seconds(60)) {
                // What is stored of a lost one is older than the loss.
                answers.asked.sorted() == ["cloud demo/secret/lost", "null/node/n1"]
            }
            answers.set([Self.pod(["a", "kept", "gone"])])
            try await eventually("its needs", within: .seconds(60)) {
                answers.asked.suffix(3).sorted() == [
                    "demo/configmap/a", "demo/configmap/gone", "demo/configmap/kept",
                ]
            }
            // Nothing is asked for twice, but what does not come, and that not for ever.
            answers.set([Self.pod(["a", "kept", "gone", "slow"])])
            try await eventually("five tries", within: .seconds(60)) {
                answers.asked.filter { $0 == "demo/configmap/slow" }.count == 5
            }
            answers.set([Self.pod(["a", "slow", "last"])])
            try await eventually("the last", within: .seconds(60)) { answers.asked.last == "demo/configmap/last" }
            #expect(answers.asked.count == 11)
        }
        #expect(resync.lastRound == nil)
    }

    @Test func `a command asks the cloud for everything, a few at once, and counts`() async throws {
        let answers = Answers(pods: [Self.pod(["a", "b", "c", "d", "e", "kept", "gone", "slow"])])
        let resync = Self.resync(answers, isStoreNew: false)
        answers.isHolding.withLock { $0 = true }
        try await NodeAgentServiceTests.run(resync) {
            let started = resync.start()
            #expect(started?.round == 1)
            #expect(started?.isRunning == true)
            try await eventually("four under way", within: .seconds(60)) { answers.held.withLock { $0.count } == 4 }
            #expect(resync.start()?.round == 1)
            #expect(resync.lastRound?.total == 10)
            answers.release()
            try await eventually("done", within: .seconds(60)) { resync.lastRound?.isRunning == false }
            let round = try #require(resync.lastRound)
            #expect(round.asked == 10)
            #expect(round.answered == 8)
            #expect(round.notFound == 1)
            #expect(round.failed == 1)
            #expect(round.missing == ["demo/configmap/gone"])
            #expect(round.failures == [.init(key: "demo/configmap/slow", cause: "Timeout: no answer")])
            #expect(round.ended != nil)
            #expect(answers.most == 4)
            // Of the cloud itself, the stored secret that no pod names too.
            #expect(answers.asked.allSatisfy { $0.hasPrefix("cloud ") })
            #expect(answers.asked.contains("cloud demo/secret/old"))
            #expect(resync.start()?.round == 2)
        }
        #expect(resync.lastRound?.isRunning == false)
        #expect(resync.start() == nil)
    }

    @Test func `with the real loop, what pods name comes from the cloud into the store`() async throws {
        let folder = try TemporaryFolder()
        let volumes = "[{name: v, configMap: {name: app}}, {name: w, secret: {secretName: absent}}]"
        try folder.write("manifests/a.yaml", Sample.pod("web", volumes: volumes))
        try folder.write("manifests/b.yaml", Sample.configMap("app", "1"))
        let node = try LoopNode(folder)
        let resync = Resync(
            bus: node.bus, settings: ResyncSettings(node: "n1"), isStoreNew: false, isLinkUp: { true },
            logger: NodeAgentServiceTests.quiet)
        try await node.run(resync) {
            try await eventually("the pod", within: .seconds(60)) { try node.stored("demo/pod/web") != nil }
            #expect(resync.start()?.isRunning == true)
            try await eventually("done", within: .seconds(60)) { resync.lastRound?.isRunning == false }
            let round = try #require(resync.lastRound)
            #expect(round.failures == [])
            #expect(round.answered == 1)
            #expect(round.missing.sorted() == ["demo/secret/absent", "null/node/n1"])
            #expect(try node.stored("demo/configmap/app")?["data"]?["key"] == "1")
        }
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let content: Content
        var operation = Beehive.Operation.response
        let outcome: ResyncOutcome

        init(
            _ name: String, _ content: Content, _ operation: Beehive.Operation = .response, is outcome: ResyncOutcome
        ) {
            (testDescription, self.content, self.operation, self.outcome) = (name, content, operation, outcome)
        }
    }

    @Test(arguments: [
        Answer("a text", Content(text: "-----BEGIN CERTIFICATE-----"), is: .answered),
        Answer("an object", Content(["metadata": [:]]), is: .answered),
        Answer("an ObjectResp", Content(["Object": ["metadata": [:]], "Err": nil]), is: .answered),
        Answer("not found", Cloud.refusal("NotFound"), is: .notFound),
        Answer("forbidden", Cloud.refusal("Forbidden"), is: .failed("so it is")),
        Answer("not found, as an error", Content(text: "NotFound: it is gone"), .error, is: .notFound),
        Answer(
            "another error", Content(text: "the link to the cloud is down"), .error,
            is: .failed("the link to the cloud is down")),
        Answer("an empty object", Content([:]), is: .failed("an answer without an object")),
    ])
    func `answers are told apart`(row: Answer) {
        let answer = Message(
            header: Header(id: "a", parentID: "q", timestamp: 0),
            route: Route(source: .edgeController, group: .resource, operation: row.operation, resource: "k"),
            content: row.content)
        #expect(ResyncOutcome(answer) == row.outcome)
    }
}
