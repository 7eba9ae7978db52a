import Beehive
import KubeAPI
import TestKit
import Testing

@testable import MetaServer

@Suite("Asking the cloud's dynamic controller")
struct ApplicationsStateTests {
    typealias Bench = ApplicationsBench
    static let get = Application.get(Bench.configMaps, namespace: "demo", name: "settings")
    static let write = Application.delete(Bench.configMaps, namespace: "demo", name: "settings")
    static let forbidden = APIFailure(403, reason: "Forbidden", "no")

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reply: @Sendable (String) -> ApplicationsState.Event
        let outcome: CloudOutcome
        var testDescription: String { name }
        init(_ name: String, _ outcome: CloudOutcome, _ reply: @escaping @Sendable (String) -> ApplicationsState.Event)
        {
            (self.name, self.outcome, self.reply) = (name, outcome, reply)
        }
        static func answer(_ name: String, _ outcome: CloudOutcome, _ answer: ApplicationAnswer) -> Row {
            Row(name, outcome) { .answer(to: $0, .application(answer)) }
        }
    }

    static let rows: [Row] = [
        .answer("approved", .approved(Bytes("{}".utf8)), .init(id: "a", status: .approved, body: Bytes("{}".utf8))),
        .answer("approved without a body", .approved(nil), .init(id: "a", status: .approved)),
        .answer("completed", .approved(nil), .init(id: "a", status: .completed)),
        .answer("rejected", .rejected(forbidden), .init(id: "a", status: .rejected, failure: forbidden)),
        .answer("failed", .failed("Failed: broken"), .init(id: "a", status: .failed, reason: "broken\nhere")),
        .answer(
            "no end", .failed("InProcessing: the cloud gave no reason"), .init(id: "a", status: .inProcessing)),
        Row("unreadable", .failed("the cloud's answer cannot be read")) { .answer(to: $0, .unreadable) },
        Row("refused by the loop", .unavailable(.refused("busy"))) { .answer(to: $0, .refused("busy")) },
        Row("cut", .unavailable(.cut)) { _ in .linkDown },
        Row("replaced connection", .unavailable(.cut)) { _ in .linkUp },
    ]

    @Test("what an answer comes to", arguments: rows)
    func outcome(row: Row) throws {
        var bench = Bench.connected()
        let ticket = bench.perform(Self.get)
        let frame = try #require(bench.asked().first)
        #expect(
            frame.route == Route(source: .metaServer, group: .dynamicController, operation: .null, resource: "null"))
        #expect(frame.tree == Self.get.content(node: "edge-node-1"))
        bench.handle(row.reply(frame.id))
        let wanted = row.name == "failed" ? CloudOutcome.failed("Failed: broken here") : row.outcome
        #expect(bench.outcomes[ticket] == wanted)
        #expect(bench.state.callers == 0)
        // Late words about it change nothing.
        bench.answer(frame)
        bench.wait(.seconds(20))
        #expect(bench.outcomes.count == 1)
    }

    @Test(
        "what a reader is told",
        arguments: [
            (CloudOutcome.approved(Bytes("{}".utf8)), nil), (.approved(nil), 503), (.rejected(forbidden), 403),
            (.failed("x"), 503), (.timedOut, 504), (.unavailable(.linkDown), 504), (.unavailable(.cut), 504),
            (.unavailable(.noController), 503), (.unavailable(.busy), 503), (.unavailable(.stopping), 503),
            (.unavailable(.refused("x")), 503),
        ] as [(CloudOutcome, Int?)])
    func reading(outcome: CloudOutcome, code: Int?) {
        var failure: APIFailure?
        do throws(APIFailure) { _ = try outcome.read("services of demo") } catch { failure = error }
        #expect(failure?.code == code)
    }

    @Test("with the link down nobody is asked")
    func down() {
        var bench = Bench()
        let ticket = bench.perform(Self.get)
        #expect(bench.frames.isEmpty && bench.outcomes[ticket] == .unavailable(.linkDown))
    }

    @Test("one caller's equal reads are one frame, two callers' are two, writes are never one")
    func merging() throws {
        var bench = Bench.connected()
        let (first, second) = (bench.perform(Self.get), bench.perform(Self.get))
        let other = bench.perform(Self.get, for: "bob")
        let unlike = bench.perform(.get(Bench.configMaps, namespace: "demo", name: "other"))
        let frames = bench.asked()
        try #require(frames.count == 3)
        bench.answer(frames[0], body: "1")
        #expect(bench.outcomes == [first: .approved(Bytes("1".utf8)), second: .approved(Bytes("1".utf8))])
        bench.answer(frames[1], body: "2")
        bench.answer(frames[2], body: "3")
        #expect(
            bench.outcomes[other] == .approved(Bytes("2".utf8)) && bench.outcomes[unlike] == .approved(Bytes("3".utf8)))
        // What was answered is asked anew.
        bench.perform(Self.get)
        #expect(bench.asked().count == 1)
        let writes = [bench.perform(Self.write), bench.perform(Self.write)]
        let sent = bench.asked()
        try #require(sent.count == 2)
        bench.answer(sent[1], .rejected, failure: Self.forbidden)
        bench.answer(sent[0])
        #expect(writes.map { bench.outcomes[$0] } == [.approved(nil), .rejected(Self.forbidden)])
    }

    @Test("a caller waits for its deadline and no longer")
    func deadline() {
        var bench = Bench.connected()
        let ticket = bench.perform(Self.get)
        bench.wait(.milliseconds(9_999))
        #expect(bench.outcomes.isEmpty)
        bench.wait(.milliseconds(1))
        #expect(bench.outcomes[ticket] == .timedOut && bench.state.nextDeadline == nil)
        // A cloud that has answered on this connection stays one that answers.
        bench.perform(Self.get)
        #expect(bench.asked().count == 2)
    }

    @Test("so many are on their way, so many wait, the next is told at once")
    func bounds() throws {
        var bench = Bench.connected {
            $0.inFlight = 2
            $0.waiting = 2
        }
        let tickets = (0..<5).map { _ in bench.perform(Self.write) }
        let frames = bench.asked()
        try #require(frames.count == 2)
        #expect(bench.outcomes == [tickets[4]: .unavailable(.busy)])
        bench.answer(frames[0])
        #expect(bench.asked().count == 1)
        bench.wait(.seconds(10))
        #expect(tickets.dropFirst().dropLast().allSatisfy { bench.outcomes[$0] == .timedOut })
        #expect(bench.state.queue.isEmpty && bench.asked().isEmpty)
    }

    @Test("a caller that goes takes what was not sent yet along")
    func cancelled() throws {
        var bench = Bench.connected { $0.inFlight = 1 }
        let (first, second) = (bench.perform(Self.get), bench.perform(Self.write))
        let read = Application.get(Bench.services, namespace: "demo", name: "a")
        let (third, fourth) = (bench.perform(read), bench.perform(read))
        let frame = try #require(bench.asked().first)
        for ticket in [first, second, third] { bench.state.cancel(ticket) }
        bench.answer(frame)
        let next = bench.asked()
        try #require(next.map(\.key) == ["/core/v1/services/demo/a"])
        bench.answer(next[0])
        #expect(bench.outcomes == [fourth: .approved(nil)])
    }

    // MARK: Clouds without a dynamic controller

    @Test("a cloud that is alive and does not answer is waited for once, until the link comes anew")
    func absent() {
        var bench = Bench.connected()
        bench.state.controller = .unknown
        let tickets = [bench.perform(Self.get), bench.perform(Self.get, for: "bob")]
        bench.heardOfCloud()
        bench.wait(.seconds(4))
        let late = bench.perform(Self.write)
        bench.wait(.seconds(6))
        #expect(tickets.allSatisfy { bench.outcomes[$0] == .timedOut })
        // Who came later is not kept waiting for the same.
        #expect(bench.outcomes[late] == .unavailable(.noController))
        #expect(bench.asked().count == 3)
        let told = bench.perform(Self.get)
        #expect(bench.outcomes[told] == .unavailable(.noController) && bench.frames.isEmpty)
        #expect(bench.state.report.hasController == false && bench.state.report.cause?.isEmpty == false)
        bench.handle(.linkDown)
        bench.handle(.linkUp)
        bench.perform(Self.get)
        #expect(bench.asked().count == 1 && bench.state.report.hasController == nil)
    }

    @Test("a link that may be dead proves nothing, until something is heard")
    func silence() {
        var bench = Bench.connected()
        bench.state.controller = .unknown
        bench.perform(Self.get)
        bench.wait(.seconds(10))
        #expect(bench.state.controller == .unknown)
        bench.perform(Self.write)
        #expect(bench.asked().count == 2)
        bench.heardOfCloud()
        let told = bench.perform(Self.write)
        #expect(bench.outcomes[told] == .unavailable(.noController))
        #expect(bench.outcomes.count == 3)
    }

    @Test("an error of the cloud says so at once; a late answer says the contrary")
    func told() throws {
        var bench = Bench.connected()
        bench.state.controller = .unknown
        let ticket = bench.perform(Self.get)
        let frame = try #require(bench.asked().first)
        bench.handle(.answer(to: frame.id, .cloudError("no such module")))
        #expect(bench.outcomes[ticket] == .failed("no such module"))
        #expect(bench.state.report.hasController == false)
        bench.answer(frame)
        #expect(bench.state.report.hasController == true)
        bench.perform(Self.get)
        #expect(bench.asked().contains { $0.verb == "get" })
    }

    @Test("behind a folder of manifests there is nobody to ask")
    func never() {
        var bench = Bench { $0.noController = "a folder" }
        bench.handle(.linkUp)
        bench.keepFresh(Bench.services)
        let ticket = bench.perform(Self.get)
        #expect(bench.asked().isEmpty && bench.outcomes[ticket] == .unavailable(.noController))
    }
}
