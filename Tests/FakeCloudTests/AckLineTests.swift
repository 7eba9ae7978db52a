import Beehive
import Testing

@testable import FakeCloud

/// The line and the patches as values, with the time in the test's hand.
struct AckLineTests {
    private static let second: UInt64 = 1_000_000_000

    private static func line(requeues: Bool = true) -> AckLine {
        AckLine(
            rules: AckLine.Rules(
                wait: 5 * second, sendings: 5, requeueDelay: 5_000_000, requeueLimit: 1000 * second, requeues: requeues)
        )
    }

    private static func message(_ id: String) -> Message {
        Message(
            header: Header(id: id, timestamp: 1),
            route: Route(source: .edgeController, group: .resource, operation: .update, resource: "demo/pod/\(id)"),
            content: .null)
    }

    /// What is sent up to a time, as `id@second`.
    private static func run(_ line: inout AckLine, from start: UInt64, to end: UInt64) -> [String] {
        var sent: [String] = []
        var now = start
        while now <= end {
            for case .send(let flight) in line.advance(now) { sent.append("\(flight.message.id)@\(now / second)") }
            guard let deadline = line.deadline, deadline > now else { break }
            now = deadline
        }
        return sent
    }

    @Test("the timing recorded without acks: five sendings, the other's turn, then again (fixture 11)")
    func timing() {
        var line = Self.line()
        line.put(Self.message("pod"), key: "a", version: 1, isDelete: false)
        #expect(Self.run(&line, from: 0, to: 3 * Self.second) == ["pod@0"])
        line.put(Self.message("map"), key: "b", version: 2, isDelete: false)
        #expect(
            Self.run(&line, from: 3 * Self.second, to: 56 * Self.second) == [
                "pod@5", "pod@10", "pod@15", "pod@20", "map@25", "map@30", "map@35", "map@40", "map@45", "pod@50",
                "pod@55",
            ])
    }

    @Test("an ack of anything but the message under way changes nothing")
    func foreignAck() {
        var line = Self.line()
        line.put(Self.message("one"), key: "a", version: 1, isDelete: false)
        line.put(Self.message("two"), key: "b", version: 2, isDelete: false)
        #expect(Self.run(&line, from: 0, to: 0) == ["one@0"])
        #expect(line.acked("two") == nil)
        #expect(line.acked("one")?.key == "a")
        #expect(Self.run(&line, from: Self.second, to: Self.second) == ["two@1"])
        #expect(line.acked("two") != nil)
        #expect(line.deadline == nil)
        #expect(line.count == 0)
    }

    @Test("what is put while its object is under way goes out next, once")
    func overwriteInFlight() {
        var line = Self.line()
        line.put(Self.message("v1"), key: "a", version: 1, isDelete: false)
        #expect(Self.run(&line, from: 0, to: 0) == ["v1@0"])
        line.put(Self.message("v2"), key: "a", version: 2, isDelete: false)
        line.put(Self.message("v3"), key: "a", version: 3, isDelete: false)
        #expect(line.acked("v1")?.version == 1)
        #expect(line.slots["a"]?.version == 3)
        #expect(Self.run(&line, from: Self.second, to: Self.second) == ["v3@1"])
        #expect(line.acked("v3") != nil)
        #expect(Self.run(&line, from: Self.second, to: 100 * Self.second).isEmpty)
    }

    @Test("1.2 gives a message up after its fifth sending, and sends the one under way first after a cut")
    func classic() {
        var line = Self.line(requeues: false)
        line.put(Self.message("one"), key: "a", version: 1, isDelete: false)
        line.put(Self.message("two"), key: "b", version: 2, isDelete: false)
        #expect(Self.run(&line, from: 0, to: 6 * Self.second) == ["one@0", "one@5"])
        line.rewind()
        #expect(line.count == 2)
        let sent = Self.run(&line, from: 10 * Self.second, to: 1000 * Self.second)
        #expect(sent.map { $0.prefix(3) } == Array(repeating: "one", count: 5) + Array(repeating: "two", count: 5))
        #expect(line.slots.isEmpty)
    }

    @Test("the line agrees with a plain model whatever happens", arguments: 0..<20)
    func model(seed: Int) {
        var random = Splitmix(state: UInt64(seed))
        var line = Self.line()
        var newest: [String: String] = [:]
        var acked: [String: String] = [:]
        var now: UInt64 = 0
        var number = 0
        for _ in 0..<400 {
            switch random.next() % 4 {
            case 0, 1:
                number += 1
                let key = "k\(random.next() % 5)"
                newest[key] = "m\(number)"
                line.put(Self.message("m\(number)"), key: key, version: UInt64(number), isDelete: false)
            case 2:
                if let flight = line.flight, let done = line.acked(flight.message.id) {
                    acked[done.key] = done.message.id
                }
            default: now += random.next() % (7 * Self.second)
            }
            _ = line.advance(now)
        }
        // Acked to the end, the node has the newest of each object.
        var rounds = 0
        while line.count > 0, rounds < 1000 {
            rounds += 1
            now = max(now + 1, line.flight == nil ? line.deadline ?? now : now)
            _ = line.advance(now)
            if let flight = line.flight, let done = line.acked(flight.message.id) { acked[done.key] = done.message.id }
        }
        #expect(acked == newest, "seed \(seed)")
        #expect(rounds < 1000, "seed \(seed)")
    }

    private struct Splitmix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    // MARK: Patches

    @Test(
        "status patches merge maps, and conditions and addresses by their type",
        arguments: [
            (#"{"phase":"Pending"}"#, #"{"phase":"Running"}"#, #"{"phase":"Running"}"#),
            (#"{"a":1,"b":{"c":2}}"#, #"{"b":{"d":3},"a":null}"#, #"{"b":{"c":2,"d":3}}"#),
            (
                #"{"conditions":[{"type":"Ready","status":"False","reason":"x"},{"type":"Disk","status":"True"}]}"#,
                #"{"$setElementOrder/conditions":[{"type":"Ready"}],"conditions":[{"type":"Ready","status":"True"},{"type":"New"}]}"#,
                #"{"conditions":[{"type":"Ready","status":"True","reason":"x"},{"type":"Disk","status":"True"},{"type":"New"}]}"#
            ),
            (
                #"{"conditions":[{"type":"Ready"},{"type":"Disk"}]}"#,
                #"{"conditions":[{"type":"Ready","$patch":"delete"}]}"#, #"{"conditions":[{"type":"Disk"}]}"#
            ),
            (
                #"{"addresses":[{"type":"Hostname","address":"a"}]}"#,
                #"{"addresses":[{"type":"Hostname","address":"b"}]}"#,
                #"{"addresses":[{"type":"Hostname","address":"b"}]}"#
            ),
            (#"{"images":[{"names":["a"]}]}"#, #"{"images":[{"names":["b"]}]}"#, #"{"images":[{"names":["b"]}]}"#),
        ])
    func merge(base: String, patch: String, expected: String) throws {
        let merged = StrategicMerge.strategic(
            try JSONValue(parsing: Array(base.utf8)[...]), try JSONValue(parsing: Array(patch.utf8)[...]))
        #expect(String(decoding: merged.json, as: UTF8.self) == expected)
    }

    @Test("base64 pads as Go does", arguments: ["": "", "a": "YQ==", "ab": "YWI=", "abc": "YWJj", "ü\u{0}": "w7wA"])
    func base64(text: String, expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
    }
}
