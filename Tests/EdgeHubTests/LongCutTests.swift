import Beehive
import EdgeHub
import Glibc
import TestKit
import Testing

/// A node whose pods report every second, cut from its cloud for half an hour.
@Suite("A long cut", .timeLimit(.minutes(10)))
struct LongCutTests {
    /// 200 pods with `METAMANAGER_LONG=1`, as in `make verify-long`; the suite's usual run has a tenth.
    static let pods = getenv("METAMANAGER_LONG") == nil ? 20 : 200
    static let cut = 1800

    @Test("one queued state per pod and kind, bounded bytes; then a paced drain, node status first, nothing dropped")
    func longCut() throws {
        let node = try LongCutNode(pods: Self.pods)
        let states = Self.pods * 2 + 2
        for minute in 1...Self.cut / 60 {
            for second in 0..<60 { node.second((minute - 1) * 60 + second) }
            let outbox = try node.outbox()
            #expect(outbox.count == states && outbox.doubles == 0, "minute \(minute)")
            #expect(outbox.bytes < states * 1024, "minute \(minute)")
            #expect(node.onTheWay == 0, "minute \(minute)")
            #expect(try node.databaseBytes() < 64 << 20, "minute \(minute)")
        }
        #expect(node.reports == Self.cut * Self.pods + Self.cut / 10 * 2)
        let latest = node.newest
        node.connect()
        checkBurst(node, latest)
        // The pods go on reporting while the outbox drains, for as long as a drain takes.
        let seconds = states / node.qps + 2
        for second in Self.cut..<Self.cut + seconds {
            node.second(second)
            try checkNewest(node) { node.drain(until: node.time.now().ticks + 999_000_000) }
        }
        #expect(try node.outbox().doubles <= node.onTheWay)
        checkFirstRound(node)
        try checkNewest(node) { node.drain(until: .max) }
        #expect(try node.outbox().count == 0)
        checkPace(node)
        for (resource, number) in node.newest {
            let last = node.sendings.last { $0.message.route.resource == resource }
            #expect(try last.map { try Self.number($0.message) } == number, "\(resource)")
        }
    }

    /// What left at once: the node's states, then pods' in the order they first reported.
    private func checkBurst(_ node: LongCutNode, _ latest: [String: Int]) {
        #expect(node.sendings.count == min(node.burst, latest.count))
        let types = node.sendings.map { $0.message.route.resource.split(separator: "/")[1] }
        #expect(Set(types.prefix(2)) == ["nodestatus", "nodepatch"])
        #expect(types.dropFirst(2).allSatisfy { $0.hasPrefix("pod") })
    }

    /// Nobody is passed over for what reports again and again.
    private func checkFirstRound(_ node: LongCutNode) {
        let pods = node.sendings.map(\.message.route.resource).filter { $0.hasPrefix("demo/") }
        #expect(Set(pods.prefix(Self.pods * 2)).count == Self.pods * 2)
        // A patch that has waited since the cut began tells all four conditions, each as it was last.
        var seen: Set<String> = []
        for sending in node.sendings where sending.message.route.operation == .patch {
            guard seen.insert(sending.message.route.resource).inserted else { continue }
            let value = Self.status(sending.message)
            let conditions = value["conditions"]?.elements ?? []
            let number = value["n"]?.integer ?? -1
            let step = sending.message.route.resource.hasPrefix("demo/") ? 2 : 10
            let expected = Self.lastNumbers(upTo: number, every: step)
            for condition in conditions {
                #expect(condition["n"]?.integer == expected[condition["type"]?.text ?? ""], "\(value)")
            }
            #expect(conditions.count == expected.count, "\(value)")
        }
    }

    /// The last report of each condition among the reports that came every so many seconds.
    private static func lastNumbers(upTo number: Int, every step: Int) -> [String: Int] {
        var numbers: [String: Int] = [:]
        for earlier in stride(from: number, through: max(0, number - step * 8), by: -step) {
            let type = "C\(LongCutNode.condition(earlier))"
            numbers[type] = numbers[type] ?? earlier
        }
        return numbers
    }

    /// Each frame that leaves carries what was reported last.
    private func checkNewest(_ node: LongCutNode, _ body: () -> Void) throws {
        let known = node.sendings.count
        body()
        for sending in node.sendings.dropFirst(known) {
            let resource = sending.message.route.resource
            #expect(try Self.number(sending.message) == node.newest[resource], "\(resource)")
        }
    }

    /// In no stretch of time more than the burst and the rate allow; and no slower than the rate.
    private func checkPace(_ node: LongCutNode) {
        let ticks = node.sendings.map(\.ticks)
        for (index, start) in ticks.enumerated() {
            for end in index..<ticks.count {
                let limit = Double(node.burst) + Double(node.qps) * Double(ticks[end] - start) / 1e9
                guard Double(end - index + 1) <= limit + 1e-6 else {
                    Issue.record("\(end - index + 1) frames within \(ticks[end] - start) ns")
                    return
                }
            }
        }
        let seconds = Double((ticks.last ?? 0) - (ticks.first ?? 0)) / 1e9
        #expect(Double(ticks.count) >= Double(node.qps) * (seconds - 4), "\(ticks.count) frames in \(seconds) s")
    }

    private static func status(_ message: Message) -> JSONValue {
        let text = message.content.string.map { Bytes($0.utf8) } ?? message.content.json
        guard let value = try? JSONValue(parsing: text) else { return .null }
        return value["status"] ?? value["Status"] ?? .null
    }

    private static func number(_ message: Message) throws -> Int { try #require(status(message)["n"]?.integer) }
}
