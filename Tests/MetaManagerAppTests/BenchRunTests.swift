import Beehive
import Glibc
import Testing

@testable import MetaManagerApp

/// What a bench says of its messages.
@Suite struct BenchRunTests {
    @Test(arguments: [
        ("", "holds no message"), ("\n\n", "holds no message"),
        (BenchFolder.inserts(2) + "\n{]\n", "messages, line 4: "),
        (BenchFolder.inserts(3) + BenchFolder.inserts(1), "msg_id i0 stands twice, in lines 1 and 4"),
    ])
    func `bad messages are named by file and line, and nothing is replaced`(_ text: String, _ cause: String) throws {
        try BenchFolder.with { folder in
            _ = try folder.bench().run()
            let key = folder.read("bench.db.key")
            try folder.write(text, to: "messages")
            let refused = try folder.refusal(of: folder.bench())
            #expect(refused.code == 65 && refused.description.contains(cause), "\(refused)")
            #expect(refused.description.contains(folder / "messages"))
            #expect(folder.read("bench.db.key") == key)
        }
    }

    @Test func `a bad line of the preload is not blamed on the messages`() throws {
        try BenchFolder.with { folder in
            try folder.write(BenchFolder.inserts(1) + "no\n", to: "preload")
            let refused = try folder.refusal(of: folder.bench(preload: "preload"))
            #expect(refused.code == 65)
            #expect(refused.description.hasPrefix("--preload \(folder / "preload"), line 2: "), "\(refused)")
        }
    }

    @Test func `a folder is no file of messages`() throws {
        try BenchFolder.with { folder in
            mkdir(folder / "sub", 0o700)
            let refused = try folder.refusal(of: folder.bench(messages: "sub"))
            #expect(refused.code == 65 && refused.description.contains("is a folder"))
        }
    }

    @Test func `what came before a message was sent does not end it`() throws {
        let outlet = BenchOutlet()
        let tracker = BenchTracker(count: 1, outlet: outlet, isWire: false)
        let report = try MessageDecoder().decode(Bytes(BenchFolder.inserts(1).dropLast().utf8))
        outlet.put([.message(report, to: BenchRun.reportID)])
        let put = SystemTime().now().ticks
        while SystemTime().now().ticks == put {}
        tracker.sent(0, id: BenchRun.reportID, outputs: 1)
        #expect(try tracker.wait(sent: 1, atMost: 1))
        #expect(tracker.progress.done == 0 && tracker.progress.outputs == 1)
        outlet.put([.message(report, to: BenchRun.reportID)])
        #expect(try tracker.wait(sent: 1, atMost: 0))
        #expect(tracker.progress.done == 1 && tracker.unexpected == 0)
    }

    @Test func `what the link brings as it comes up is not taken for the answer to a sync`() throws {
        try BenchFolder.with { folder in
            let states = (0..<40).map { number in
                BenchFolder.line("p\(number)", "insert", "pod\(number)", type: "pod")
                    + BenchFolder.line("s\(number)", "update", "pod\(number)", type: "podstatus", source: "edged")
            }
            try folder.write(states.joined(), to: "preload")
            try folder.write(
                #"{"header":{"msg_id":"sync","timestamp":1700000000000},"route":{"source":"metaManager","#
                    + #""group":"resource","operation":"meta-internal-sync","resource":"podstatus"},"content":null}"#,
                to: "messages")
            var run = folder.bench(preload: "preload")
            run.isLinkUp = true
            let figures = try run.run()
            #expect(figures["outputs"] == 1 && figures["unexpected"] == 0)
        }
    }

    @Test(arguments: [(nil, 0, true), ("few", 1, true), ("all", 4, false)] as [(String?, Int, Bool)])
    func `queries that find nothing are counted, and told when they are most`(
        _ preload: String?, _ found: Int, _ isTold: Bool
    ) throws {
        try BenchFolder.with { folder in
            try folder.write(BenchFolder.inserts(1), to: "few")
            try folder.write(BenchFolder.inserts(9), to: "all")
            try folder.write(BenchFolder.queries(4), to: "messages")
            let notes = Notes()
            var run = folder.bench(preload: preload)
            run.progress = { notes.add($0) }
            let figures = try run.run()
            #expect(figures["queries"] == 4 && figures["found"]?.integer == found)
            #expect(notes.all.contains { $0.hasPrefix("\(4 - found) of 4 queries found nothing") } == isTold)
        }
    }
}
