import Beehive
import EdgeHub
import MetaManager
import MetaStore
import TestKit

/// A real loop on a real store whose link and clock the test moves by hand: reports come in, paced frames go out.
final class LongCutNode {
    /// A frame of the outbox, when it left.
    struct Sending {
        let ticks: UInt64
        let message: Message
    }

    let pods: Int
    let qps = 30
    let burst = 60
    let time = ManualTime()
    /// The number of the newest report, by resource.
    private(set) var newest: [String: Int] = [:]
    private(set) var sendings: [Sending] = []
    private(set) var reports = 0
    private let folder: TemporaryFolder
    private let reader: StoreReader
    private let loop: MetadataLoop
    private let port = Collector()
    private var pacer: OutboxPacer
    private var ledger = PongLedger()
    private var ids = MessageIDSource(seed: 1)

    /// What the loop hands to the link.
    private final class Collector: CloudPort {
        private let frames = Lock<[CloudFrame]>([])

        func send(_ more: [CloudFrame]) { frames.withLock { $0 += more } }

        func take() -> [CloudFrame] {
            frames.withLock { frames in
                defer { frames = [] }
                return frames
            }
        }
    }

    init(pods: Int) throws {
        self.pods = pods
        pacer = OutboxPacer(qps: qps, burst: burst)
        folder = try TemporaryFolder()
        let inbox = Inbox<Input>(capacity: 1024)
        let path = "\(folder.path)/edgecore.db"
        loop = MetadataLoop(
            store: try MetaStore(path: path, now: time.now().wall),
            planner: Planner(settings: PlanningSettings(), ids: MessageIDSource(seed: 2), now: time.now()),
            inbox: inbox, bus: NodeAgentServiceTests.bus(Intake(inbox)), cloud: port, time: time)
        reader = try StoreReader(path: path)
        loop.step([.attached(PlanBench.edged)])
        loop.step([push("default/node/edge-1", #"{"metadata":{"name":"edge-1","uid":"n","resourceVersion":"1"}}"#)])
        loop.step(
            (0..<pods).map { push("demo/pod/p\($0)", TestKit.Sample.object("p\($0)", uid: "u\($0)", version: 1)) })
    }

    // MARK: Reports

    /// One second passes: each pod reports, by turns as 1.2's edged does and as 1.23's; now and then the node does.
    func second(_ number: Int) {
        time.advance(by: .seconds(1))
        var inputs = (0..<pods).map { pod in
            number % 2 == 0 ? podStatus("p\(pod)", number) : podPatch("p\(pod)", number)
        }
        if number % 10 == 0 {
            inputs.append(report(.update, "default/nodestatus/edge-1", #"{"Status":{"n":\#(number)}}"#, number))
            inputs.append(report(.patch, "default/nodepatch/edge-1", patch(number), number))
        }
        loop.step(inputs)
        reports += inputs.count
    }

    private func podStatus(_ pod: String, _ number: Int) -> Input {
        report(
            .update, "demo/podstatus/\(pod)",
            #"{"UID":"u","Name":"\#(pod)","Status":{"phase":"Running","n":\#(number)}}"#, number)
    }

    private func podPatch(_ pod: String, _ number: Int) -> Input {
        report(.patch, "demo/podpatch/\(pod)", patch(number), number)
    }

    /// Each patch tells one of four conditions, so that the newest alone does not tell everything.
    private func patch(_ number: Int) -> String {
        let order = (0..<4).map { #"{"type":"C\#($0)"}"# }.joined(separator: ",")
        let json =
            #"{"status":{"$setElementOrder/conditions":[\#(order)],"#
            + #""conditions":[{"type":"C\#(Self.condition(number))","n":\#(number)}],"n":\#(number)}}"#
        return TestKit.Sample.patch(json)
    }

    static func condition(_ number: Int) -> Int { number / 2 % 4 }

    private func report(_ operation: Beehive.Operation, _ resource: String, _ json: String, _ number: Int) -> Input {
        newest[resource] = number
        return .fromModule(
            message(.edged, operation, resource, json, group: .meta, sync: true), PlanBench.edged)
    }

    private func push(_ resource: String, _ json: String) -> Input {
        .fromCloud(message(.edgeController, .insert, resource, json, group: .resource))
    }

    private func message(
        _ source: ModuleName, _ operation: Beehive.Operation, _ resource: String, _ json: String, group: ModuleGroup,
        parent: String = "", sync: Bool = false
    ) -> Message {
        let content = try? Content(json: Bytes(json.utf8))
        precondition(content != nil, "no JSON: \(json)")
        return Message(
            header: Header(id: ids.next(), parentID: parent, timestamp: time.now().wall, sync: sync),
            route: Route(source: source, group: group, operation: operation, resource: resource),
            content: content ?? .null)
    }

    // MARK: The outbox

    /// Entries, those of them that share a resource with an earlier one, and the bytes of all.
    func outbox() throws -> (count: Int, doubles: Int, bytes: Int) {
        let entries = try reader.read { view throws(StoreError) in
            var entries: [OutboxEntry] = []
            for lane in OutboxLane.allCases { entries += try view.outbox(lane: lane, after: 0, limit: .max) }
            return entries
        }
        return (
            entries.count, entries.count - Set(entries.map(\.key)).count, entries.reduce(0) { $0 + $1.frame.count }
        )
    }

    /// Bytes of the database and its log.
    func databaseBytes() throws -> Int { try reader.bytes() }

    /// What else could grow: requests and entries that are on their way.
    var onTheWay: Int { loop.status.outboxOnTheWay + loop.status.remoteRequests }

    // MARK: The link

    func connect() {
        pacer.reconnected()
        loop.step([.linkUp(connection: 1)])
        work()
    }

    /// Lets time pass up to a moment, or until the outbox is empty; the rate limit gives, the cloud answers.
    func drain(until end: UInt64) {
        while let next = pacer.nextGrant(at: time.now().ticks), next <= end {
            let now = time.now().ticks
            time.advance(by: .nanoseconds(Int64(max(next, now) - now)))
            guard work() else { return }
        }
    }

    /// Grants what there is and lets the cloud answer what went; false when nothing went.
    @discardableResult
    private func work() -> Bool {
        var hasSent = false
        while true {
            let credit = pacer.grant(at: time.now().ticks)
            if credit > 0 { loop.step([.credit(connection: 1, entries: credit)]) }
            let sent = take()
            guard !sent.isEmpty else { return hasSent }
            hasSent = true
            loop.step(sent.filter { $0.route.operation == .patch }.map(answer))
            while ledger.isPingDue, let ping = ledger.ping() {
                loop.step([.confirmed(connection: 1, places: ledger.pong(ping))])
            }
        }
    }

    private func take() -> [Message] {
        let now = time.now().ticks
        let messages = port.take().compactMap { frame -> Message? in
            guard case .outbox(let place, _) = frame.kind else { return nil }
            ledger.sent(place)
            return try? MessageDecoder().decode(frame.bytes)
        }
        pacer.sent(messages.count, at: now)
        sendings += messages.map { Sending(ticks: now, message: $0) }
        return messages
    }

    private func answer(_ sent: Message) -> Input {
        let name = sent.route.resource.split(separator: "/").last.map(String.init) ?? ""
        let object = TestKit.Sample.object(name, uid: "u" + name.dropFirst(), version: sendings.count + 1)
        return .fromCloud(
            message(
                .edgeController, .response, sent.route.resource, TestKit.Sample.response(object), group: .resource,
                parent: sent.id))
    }
}
