import Beehive
import Testing

@testable import EdgeHub

@Suite("Pieces of the link")
struct LinkPiecesTests {
    @Test("waits double up to the maximum, the first stays within a second")
    func doubling() {
        var backoff = Backoff(minimum: .seconds(1), maximum: .seconds(30), resetAfter: .seconds(30))
        let waits = (0..<8).map { _ in backoff.next(random: 1) }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test("a large minimum does not delay the first try")
    func firstTry() {
        var backoff = Backoff(minimum: .seconds(10), maximum: .seconds(15), resetAfter: .seconds(30))
        #expect((0..<3).map { _ in backoff.next(random: 1) } == [1, 15, 15].map { .seconds($0) })
    }

    @Test("jitter is full: any wait from nothing to the ceiling", arguments: [-1, 0, 0.25, 0.5, 1, 2])
    func jitter(random: Double) {
        var backoff = Backoff(minimum: .seconds(4), maximum: .seconds(30), resetAfter: .seconds(30))
        _ = backoff.next(random: 0)
        #expect(backoff.next(random: random) == .seconds(8) * min(1, max(0, random)))
    }

    @Test("only a connection that lived for two heartbeats resets", arguments: [(29, 4), (30, 1)])
    func reset(alive: Int, wait: Int) {
        var backoff = Backoff(minimum: .seconds(1), maximum: .seconds(30), resetAfter: .seconds(30))
        _ = backoff.next(random: 1)
        _ = backoff.next(random: 1)
        backoff.ended(after: .seconds(alive))
        #expect(backoff.next(random: 1) == .seconds(wait))
    }

    /// A callback that is wrapped once more each time would overflow the stack here.
    @Test("handing frames over costs the same however often it was done before")
    func handingOver() {
        let outgoing = LinkOutgoing()
        let calls = Lock(0)
        outgoing.onFrames { calls.withLock { $0 += 1 } }
        for _ in 0..<100_000 { outgoing.add([]) }
        #expect(calls.withLock { $0 } == 100_000)
    }

    @Test("a frame too large is acked if its id stands in the kept bytes", arguments: [1, 7, 100_000])
    func oversize(chunk: Int) throws {
        let message = Message(
            header: Header(id: "a-1", timestamp: 3, resourceVersion: "7"),
            route: Route(source: .edgeController, group: .resource, operation: .update, resource: "demo/configmap/big"),
            content: Content(text: String(repeating: "x", count: 50_000)))
        let frame = MessageEncoder.encode(message)
        var oversize = OversizeFrame()
        for start in stride(from: 0, to: frame.count, by: chunk) {
            oversize.take(frame[start..<min(start + chunk, frame.count)])
        }
        #expect(oversize.byteCount == frame.count)
        #expect(oversize.prefix.count == OversizeFrame.prefixLimit)
        let ack = try #require(oversize.ack(id: "b-2", at: 9))
        #expect(ack.header.id == "b-2" && ack.header.parentID == "a-1" && ack.header.timestamp == 9)
        #expect(ack.route.operation == .response && ack.route.source == .edgeController)
        #expect(ack.route.resource == "demo/configmap/big" && ack.content.isOK)
    }

    @Test(
        "no ack without an id in the kept bytes",
        arguments: [
            "", "xxxx", #"{"header":{"msg_id":""}"#, #"{"header":{"msg_id":"cut-off"#,
            #"{"content":{"header":{"msg_id":"in-the-content"}},"#, #"{"header":"msg_id","#, #"["msg_id","x"]"#,
        ])
    func noID(prefix: String) {
        var oversize = OversizeFrame()
        oversize.take(Array(prefix.utf8))
        #expect(oversize.ack(id: "b", at: 1) == nil)
    }

    @Test("an id behind 4 KiB of something else is not looked for")
    func lateID() {
        var oversize = OversizeFrame()
        oversize.take(Array((#"{"content":""# + String(repeating: "x", count: 5000)).utf8))
        oversize.take(Array(#"","header":{"msg_id":"late"}}"#.utf8))
        #expect(oversize.ack(id: "b", at: 1) == nil)
    }
}
