import Beehive
import Testing

@Suite("Inbox")
struct InboxTests {
    /// What a take gave, for comparing.
    static func told(_ batch: Inbox<Int>.Batch) -> String {
        switch batch {
        case .items(let items): "\(items)"
        case .timeout: "timeout"
        case .closed: "closed"
        }
    }

    @Test("gives what came, in order, up to a limit")
    func order() {
        let inbox = Inbox<Int>(capacity: 3)
        #expect((0..<4).map { inbox.offer($0) } == [true, true, true, false])
        inbox.insist(9)
        #expect(inbox.depth == 4)
        #expect(Self.told(inbox.take(upTo: 2, deadline: nil)) == "[0, 1]")
        #expect(Self.told(inbox.take(upTo: 5, deadline: nil)) == "[2, 9]")
    }

    @Test("those who wait for room are called once each, in their order")
    func whenRoom() {
        let inbox = Inbox<Int>(capacity: 2)
        let calls = Lock<[Int]>([])
        inbox.whenRoom { calls.withLock { $0.append(0) } }
        #expect(calls.withLock { $0 } == [0])
        _ = inbox.offer(1)
        _ = inbox.offer(2)
        for number in 1...3 { inbox.whenRoom { calls.withLock { $0.append(number) } } }
        #expect(calls.withLock { $0 } == [0])
        _ = inbox.take(upTo: 1, deadline: nil)
        #expect(calls.withLock { $0 } == [0, 1])
        // Emptied: all are called, since the next take may block.
        _ = inbox.take(upTo: 1, deadline: nil)
        #expect(calls.withLock { $0 } == [0, 1, 2, 3])
        _ = inbox.offer(1)
        _ = inbox.take(upTo: 1, deadline: nil)
        #expect(calls.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test("one that has nothing to send any more does not use up another's call")
    func idleWaiter() {
        let inbox = Inbox<Int>(capacity: 1)
        _ = inbox.offer(1)
        inbox.whenRoom {}
        inbox.whenRoom { _ = inbox.offer(2) }
        _ = inbox.take(upTo: 1, deadline: nil)
        #expect(inbox.depth == 1)
    }

    @Test("a take ends at its deadline, also one that has passed")
    func deadline() {
        let inbox = Inbox<Int>(capacity: 1)
        let time = SystemTime()
        #expect(Self.told(inbox.take(upTo: 1, deadline: 0)) == "timeout")
        let end = time.now().advanced(by: .milliseconds(30)).ticks
        #expect(Self.told(inbox.take(upTo: 1, deadline: end)) == "timeout")
        #expect(time.now().ticks >= end)
        _ = inbox.offer(5)
        #expect(Self.told(inbox.take(upTo: 1, deadline: 0)) == "[5]")
    }

    @Test("after the close what is inside is still taken, and senders are turned away", .timeLimit(.minutes(5)))
    func close() async {
        let inbox = Inbox<Int>(capacity: 1)
        _ = inbox.offer(1)
        async let late = inbox.send(2)
        let calls = Lock(0)
        inbox.whenRoom { calls.withLock { $0 += 1 } }
        inbox.close()
        #expect(await late == false)
        #expect(calls.withLock { $0 } == 1)
        inbox.insist(3)
        #expect(!inbox.offer(4))
        #expect(inbox.isClosed)
        #expect(Self.told(inbox.take(upTo: 9, deadline: nil)) == "[1]")
        #expect(Self.told(inbox.take(upTo: 9, deadline: nil)) == "closed")
    }

    @Test("a close wakes every thread that takes", .timeLimit(.minutes(5)))
    func closeWakes() async {
        let inbox = Inbox<Int>(capacity: 1)
        let threads = (0..<3).map { _ in Worker { Self.told(inbox.take(upTo: 1, deadline: nil)) } }
        inbox.close()
        for thread in threads { #expect(thread.join() == "closed") }
    }

    @Test("each producer's items stay in order under pressure", .timeLimit(.minutes(5)), arguments: [1, 16])
    func stress(capacity: Int) async throws {
        let inbox = Inbox<[Int]>(capacity: capacity)
        let each = 2000
        let threads = (0..<2).map { producer in
            Worker<String> {
                for number in 1...each {
                    while !inbox.offer([producer, number]) {
                        let room = Lock(false)
                        inbox.whenRoom {
                            room.withLock { $0 = true }
                            room.signal()
                        }
                        _ = room.wait(deadline: nil) { $0 ? true : nil }
                    }
                }
                return "done"
            }
        }
        let consumer = Worker<[[Int]]> {
            var last = [[Int]](repeating: [], count: 4)
            while case .items(let items) = inbox.take(upTo: 5, deadline: nil) {
                for item in items { last[item[0]].append(item[1]) }
            }
            return last
        }
        await withTaskGroup(of: Void.self) { group in
            for producer in 2..<4 {
                group.addTask { for number in 1...each { #expect(await inbox.send([producer, number])) } }
            }
        }
        for thread in threads { #expect(thread.join() == "done") }
        inbox.close()
        for items in consumer.join() { #expect(items == Array(1...each)) }
    }

    @Test("it is full by size as well as by number; one item of any size has room in an empty one")
    func size() {
        let inbox = Inbox<Int>(capacity: 100, sizeLimit: 10, measure: { $0 })
        #expect(inbox.offer(1000))
        #expect(!inbox.offer(1))
        guard case .items([1000]) = inbox.take(upTo: 8, deadline: 0) else { return #expect(Bool(false), "not taken") }
        for _ in 0..<5 { #expect(inbox.offer(2)) }
        #expect(!inbox.offer(0))
        let called = Lock(false)
        inbox.whenRoom { called.withLock { $0 = true } }
        #expect(!called.withLock { $0 })
        _ = inbox.take(upTo: 1, deadline: 0)
        #expect(called.withLock { $0 })
        #expect(inbox.offer(2) && !inbox.offer(2))
    }
}
