import Beehive
import Glibc
import Testing

@Suite("Mailbox")
struct MailboxTests {
    static func mailbox(messages: Int = 8, bytes: Int = 1 << 20) -> Mailbox {
        Mailbox(limits: MailboxLimits(messages: messages, bytes: bytes)) { types in
            Message(
                header: Header(id: "relist", timestamp: 0),
                route: Route(source: .metaManager, group: .meta, operation: .relist, resource: "module"),
                content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
        }
    }

    /// Operation, resource and content of messages, for comparing.
    static func told(_ messages: [Message]) -> [String] {
        messages.map { "\($0.route.operation) \($0.route.resource) \(text($0.content.json))" }
    }

    @Test("gives what came, in order, and counts what waits")
    func order() throws {
        let box = Self.mailbox()
        let messages = try (0..<5).map { try sample(.update, "a/pod/\($0)", "\($0)") }
        box.deliver(messages)
        #expect(box.report.depth == 5)
        #expect(box.report.bytes == messages.reduce(0) { $0 + $1.cost })
        #expect(Self.told(box.drain(upTo: 2)) == Self.told(Array(messages[..<2])))
        #expect(Self.told(box.drain()) == Self.told(Array(messages[2...])))
        #expect(box.drain().isEmpty)
        #expect(box.report.depth == 0 && box.report.bytes == 0 && box.report.dropped == 0)
    }

    @Test("keeps every state while there is room")
    func roomy() throws {
        let box = Self.mailbox()
        for version in 0..<8 { box.deliver([try sample(.update, "a/pod/x", "\(version)")]) }
        #expect(box.report.depth == 8)
        #expect(box.report.coalesced == 0)
    }

    @Test("when full, the last state stands in the place of the first, and an insert stays one")
    func coalesces() throws {
        let box = Self.mailbox(messages: 4)
        box.deliver([
            try sample(.insert, "a/pod/x", "1"), try sample(.update, "a/pod/y", "2"),
            try sample(.update, "a/pod/x", "3"), try sample(.update, "a/pod/y", "4"),
            try sample(.insert, "a/pod/y", "5"),
        ])
        #expect(Self.told(box.drain()) == ["insert a/pod/x 3", "update a/pod/y 5"])
        #expect(box.report.bytes == 0 && box.report.dropped == 0 && box.report.coalesced == 3)
    }

    @Test("states never coalesce across a delete, an answer, or a message that wants one")
    func parts() throws {
        let box = Self.mailbox(messages: 8)
        let messages = [
            try sample(.insert, "a/pod/x", "1"), try sample(.delete, "a/pod/x", "2"),
            try sample(.insert, "a/pod/x", "3"), try sample(.update, "a/pod/x", "4", sync: true),
            try sample(.update, "a/pod/x", "5"), try sample(.response, "a/pod/x", "6", parent: "p"),
            try sample(.update, "a/pod/x", "7"), try sample(.update, "a/pod/z", "8"),
            try sample(.update, "a/pod/z", "9"),
        ]
        box.deliver(messages)
        var kept = Self.told(messages)
        kept.remove(at: 7)
        #expect(Self.told(box.drain()) == kept)
    }

    @Test("coalescing goes on until the mailbox was emptied, then begins anew")
    func pressure() throws {
        let box = Self.mailbox(messages: 4)
        for key in 0..<4 { box.deliver([try sample(.update, "a/pod/\(key)", "0")]) }
        box.deliver([try sample(.update, "a/pod/3", "1")])
        #expect(Self.told(box.drain(upTo: 2)) == ["update a/pod/0 0", "update a/pod/1 0"])
        // One that has left is not written to; one that waits is.
        box.deliver([try sample(.update, "a/pod/0", "2"), try sample(.update, "a/pod/2", "2")])
        #expect(Self.told(box.drain()) == ["update a/pod/2 2", "update a/pod/3 1", "update a/pod/0 2"])
        box.deliver([try sample(.update, "a/pod/x", "1"), try sample(.update, "a/pod/x", "2")])
        #expect(Self.told(box.drain()) == ["update a/pod/x 1", "update a/pod/x 2"])
    }

    @Test("what was dropped is told first of all, by its types")
    func relist() throws {
        let box = Self.mailbox(messages: 4)
        box.deliver([
            try sample(.insert, "a/pod/1"), try sample(.delete, "a/secret/2"), try sample(.response, "a/node/3"),
            try sample(.update, "a/pod/4"), try sample(.update, "a/pod/5"),
        ])
        #expect(box.report.dropped == 2)
        #expect(
            Self.told(box.drain()) == [
                #"relist module ["pod","secret"]"#, "response a/node/3 {}", "update a/pod/4 {}", "update a/pod/5 {}",
            ])
        box.deliver([try sample(.update, "a/pod/6")])
        #expect(Self.told(box.drain()) == ["update a/pod/6 {}"])
    }

    @Test("what a listing brings back goes before answers, which nothing brings back")
    func answersStay() throws {
        let box = Self.mailbox(messages: 8)
        for number in 1...6 { box.deliver([try sample(.response, "a/node/\(number)", "{}", parent: "p\(number)")]) }
        for number in 1...20 { box.deliver([try sample(.update, "a/pod/\(number)", "\(number)")]) }
        let told = Self.told(box.drain())
        #expect(told.first == #"relist module ["pod"]"#)
        #expect(told.filter { $0.hasPrefix("response") }.count == 6)
        for number in 1...20 { box.deliver([try sample(.response, "b/node/\(number)", "{}", parent: "q\(number)")]) }
        #expect(box.report.depth <= 8)
        #expect(Self.told(box.drain()).last == "response b/node/20 {}")
    }

    @Test("a state dropped because its type is listed anyway still parts what is around it")
    func ownedDelete() throws {
        let box = Self.mailbox(messages: 4)
        for key in 0..<5 { box.deliver([try sample(.insert, "a/pod/\(key)", "1")]) }
        box.deliver([try sample(.insert, "a/pod/5", "1")])
        box.deliver([try sample(.delete, "a/pod/4", "2"), try sample(.update, "a/pod/4", "3")])
        #expect(Self.told(box.drain()).contains("insert a/pod/4 3") == false)
    }

    @Test("bytes are bounded too, and one message larger than the bound still passes")
    func bytesBound() throws {
        let box = Self.mailbox(messages: 100, bytes: 4000)
        let large = #"""# + String(repeating: "x", count: 9000) + #"""#
        box.deliver([try sample(.response, "a/pod/x", large)])
        #expect(box.report.depth == 1)
        for key in 0..<50 {
            box.deliver([try sample(.response, "a/pod/\(key)")])
            #expect(box.report.bytes <= 4000)
        }
        #expect(box.report.dropped > 30)
        box.setLimits(MailboxLimits(messages: 1, bytes: 1))
        box.deliver([try sample(.response, "a/pod/last")])
        #expect(Self.told(box.drain()) == ["response a/pod/last {}"])
    }

    /// What 100,000 deliveries to a reader that never reads cost, in milliseconds of this thread.
    private static func costOfStuckReader(keys: Int) throws -> Int {
        let box = mailbox(messages: 1024, bytes: 1 << 20)
        let messages = try (0..<keys).map { try sample(.update, "a/pod/\($0)", #"{"a":"some content"}"#) }
        let start = try threadTime()
        for count in 0..<100_000 {
            box.deliver([messages[count % keys]])
            if count % 1000 == 0 {
                let report = box.report
                #expect(report.depth <= 1024 && report.bytes <= 1 << 20)
            }
        }
        let cost = try threadTime() - start
        let report = box.report
        #expect(report.depth + report.dropped + report.coalesced == 100_000)
        #expect(keys > 1024 || report.dropped == 0)
        return cost
    }

    /// The time that this thread has run, in milliseconds: what others do on the machine does not count.
    private static func threadTime() throws -> Int {
        var time = timespec()
        try #require(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    @Test(
        "a reader that never reads costs neither memory nor time, however much waits", .timeLimit(.minutes(5)),
        arguments: [100, 1000, 5000])
    func stuckReader(keys: Int) throws {
        let one = try Self.costOfStuckReader(keys: 1)
        let many = try Self.costOfStuckReader(keys: keys)
        // A pass over the queue for each message costs a hundred times as much.
        #expect(many < 20 * one, "\(one) ms with one key, \(many) ms with \(keys)")
    }

    @Test(
        "order per key is kept, and each key's last state arrives or its type is listed",
        arguments: 0..<40 as Range<UInt64>)
    func orderProperty(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let box = Self.mailbox(messages: Int.random(in: 1...20, using: &random))
        var last: [String: Int] = [:]
        var seen: [String: Int] = [:]
        var alive: [String: Bool] = [:]
        var listed = 0
        func read(_ messages: [Message]) throws {
            for message in messages {
                if message.route.operation == .relist {
                    listed = last.values.max() ?? 0
                    continue
                }
                let key = message.route.resource
                let number = try #require(JSONValue(parsing: message.content.json).integer)
                #expect(number > seen[key] ?? 0, "seed \(seed), \(key)")
                seen[key] = number
                // Without a gap, an insert follows nothing or a delete, and a delete follows a state.
                if listed == 0 {
                    if message.route.operation == .insert { #expect(alive[key] != true, "seed \(seed), \(key)") }
                    alive[key] = message.route.operation != .delete
                }
            }
        }
        var exists: Set<String> = []
        for number in 1...400 {
            let key = "a/pod/\(Int.random(in: 0..<6, using: &random))"
            let operation: Beehive.Operation
            if exists.contains(key) {
                operation = Int.random(in: 0..<5, using: &random) == 0 ? .delete : .update
            } else {
                operation = .insert
            }
            if operation == .delete { exists.remove(key) } else { exists.insert(key) }
            last[key] = number
            box.deliver([try sample(operation, key, "\(number)")])
            if Int.random(in: 0..<25, using: &random) == 0 {
                try read(box.drain(upTo: Int.random(in: 1...30, using: &random)))
            }
        }
        while case let rest = box.drain(), !rest.isEmpty { try read(rest) }
        for (key, number) in last { #expect(seen[key] == number || listed > 0, "seed \(seed), \(key)") }
    }

    @Test("a closed mailbox is drained to its end and takes nothing more")
    func closes() async throws {
        let box = Self.mailbox()
        box.deliver([try sample(.update, "a/pod/1")])
        box.close()
        box.deliver([try sample(.update, "a/pod/2")])
        #expect(Self.told(await box.next()) == ["update a/pod/1 {}"])
        #expect(await box.next().isEmpty)
        #expect(box.report.dropped == 1)
    }

    @Test("the reader on an event loop is called when the mailbox goes from empty to filled")
    func callback() throws {
        let box = Self.mailbox()
        let calls = Lock(0)
        box.deliver([try sample(.update, "a/pod/1")])
        box.onReadable { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 1)
        box.deliver([try sample(.update, "a/pod/2")])
        #expect(calls.withLock { $0 } == 1)
        _ = box.drain()
        box.deliver([try sample(.update, "a/pod/3")])
        #expect(calls.withLock { $0 } == 2)
        _ = box.drain()
        box.owe([.pod])
        #expect(calls.withLock { $0 } == 3)
        box.onReadable(nil)
        _ = box.drain()
        box.deliver([try sample(.update, "a/pod/4")])
        #expect(calls.withLock { $0 } == 3)
    }

    @Test("next is woken by a message, a debt, a close, a cancel and a second reader", .timeLimit(.minutes(5)))
    func wakes() async throws {
        let box = Self.mailbox()
        let message = try sample(.update, "a/pod/1")
        for round in 0..<200 {
            async let read = box.next()
            if round % 2 == 0 { await Task.yield() }
            box.deliver([message])
            #expect(await read.count == 1)
        }
        async let owed = box.next()
        box.owe([.secret])
        #expect(Self.told(await owed) == [#"relist module ["secret"]"#])
        for round in 0..<200 {
            await withTaskGroup(of: Int.self) { group in
                group.addTask { await box.next().count }
                if round % 2 == 0 { await Task.yield() }
                group.cancelAll()
                for await count in group { #expect(count == 0) }
            }
        }
        // The reader that came first ends, the second goes on.
        await withTaskGroup(of: Int.self) { group in
            group.addTask { await box.next().count }
            group.addTask { await box.next().count }
            #expect(await group.next() == 0)
            box.deliver([message])
            #expect(await group.next() == 1)
        }
        async let closed = box.next()
        box.close()
        #expect(await closed.isEmpty)
    }

    @Test("nothing is lost between many senders and one reader", .timeLimit(.minutes(5)))
    func senders() async throws {
        let box = Self.mailbox(messages: 100_000, bytes: 1 << 30)
        let total = 4 * 2000
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<4 {
                group.addTask {
                    for number in 1...2000 { box.deliver([try sample(.update, "a/pod/\(sender)", "\(number)")]) }
                }
            }
            var last: [String: Int] = [:]
            var count = 0
            while count < total {
                for message in await box.next(upTo: 7) {
                    let number = try #require(JSONValue(parsing: message.content.json).integer)
                    #expect(number == (last[message.route.resource] ?? 0) + 1)
                    last[message.route.resource] = number
                    count += 1
                }
            }
            try await group.waitForAll()
        }
    }
}
