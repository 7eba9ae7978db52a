import Beehive
import FakeCloud
import Glibc
import Testing

@testable import linkbench

/// What the load generator of `linkbench load` decides on: which messages go, which answers count, when memory is flat.
@Suite(.timeLimit(.minutes(3)))
struct LoadFiguresTests {
    @Test(
        "a percentile is the value below which that part lies",
        arguments: [(0.5, 51), (0.99, 100), (0.999, 100), (0, 1)] as [(Double, UInt64)])
    func percentiles(part: Double, expected: UInt64) {
        #expect(percentile((1...100).map { UInt64($0) }, part) == expected)
        #expect(percentile([], part) == 0)
        #expect(percentile([7], part) == 7)
    }

    @Test(
        "growth is the last window against the second, and needs three",
        arguments: [
            ([10, 20], nil), ([10, 0, 20], nil), ([10, 20, 20], 0), ([90, 20, 30, 22], 0.1), ([10, 40, 30], -0.25),
        ] as [([Int], Double?)])
    func growth(resident: [Int], expected: Double?) {
        let growth = LoadFigures.growth(resident)
        #expect(growth.map { Int(($0 * 1000).rounded()) } == expected.map { Int(($0 * 1000).rounded()) })
    }

    private static func window(_ resident: Int, missing: Int = 0, wrong: Int = 0) -> WindowFigures {
        var window = WindowFigures()
        window.resident = resident
        window.missing = missing
        window.wrong = wrong
        window.firstWrong = wrong > 0 ? "an error: no" : nil
        return window
    }

    @Test("memory that grows is a fault only where it is judged")
    func verdictOnMemory() {
        let flat = [30, 100, 100, 115].map { Self.window($0) }
        let growing = [30, 100, 100, 117].map { Self.window($0) }
        #expect(LoadFigures.faults(flat, isGrowthJudged: true).isEmpty)
        #expect(
            LoadFigures.faults(growing, isGrowthJudged: true)
                == ["memory grew by 17.0 % from the second window to the last"])
        #expect(LoadFigures.faults(growing, isGrowthJudged: false).isEmpty)
        #expect(LoadFigures.faults(Array(flat.prefix(2)), isGrowthJudged: true).count == 1)
    }

    @Test("missing and wrong answers are faults in any case")
    func verdictOnAnswers() {
        let windows = [Self.window(1), Self.window(1, missing: 2), Self.window(1, wrong: 3)]
        #expect(
            LoadFigures.faults(windows, isGrowthJudged: false) == [
                "2 messages were not answered", "3 answers were wrong, the first: an error: no",
            ])
    }

    @Test("so many are under way and no more; each answer counts once and makes room")
    func ledger() {
        var ledger = LoadLedger(first: 100, count: 3, inFlight: 2)
        #expect(ledger.next(now: 10) == 0)
        #expect(ledger.next(now: 20) == 1)
        #expect(ledger.next(now: 30) == nil && !ledger.mayGoOn)
        ledger.answer(to: 101, fault: nil, now: 50)
        #expect(ledger.next(now: 60) == 2)
        ledger.answer(to: 100, fault: nil, now: 70)
        #expect(ledger.missing == 1 && !ledger.isDone)
        ledger.answer(to: 102, fault: nil, now: 90)
        #expect(ledger.isDone && ledger.missing == 0 && ledger.wrong == 0)
        #expect(ledger.latencies == [30, 60, 30])
        #expect(ledger.taken == 80)
    }

    @Test("an answer that comes twice, to nothing, or wrongly is counted")
    func wrongAnswers() {
        var ledger = LoadLedger(first: 1, count: 2, inFlight: 2)
        _ = ledger.next(now: 1)
        ledger.answer(to: 1, fault: "not what was stored", now: 2)
        ledger.answer(to: 1, fault: nil, now: 3)
        ledger.answer(to: 2, fault: nil, now: 3)
        ledger.answer(to: 9, fault: nil, now: 3)
        #expect(ledger.wrong == 4 && ledger.answered == 1 && ledger.missing == 1)
        #expect(ledger.firstWrong == "not what was stored")
    }

    @Test("a template's gaps are filled with twelve digits each, all else stays", arguments: [500, 3000, 20_000])
    func templates(bytes: Int) throws {
        for way in LoadWork.Way.allCases {
            for work in LoadWork.all(way, keys: 10, bytes: bytes) {
                var out: [UInt8] = [1]
                let fields = work.fields(2, 3, 45)
                work.frame.append(fields, to: &out)
                let message = try MessageDecoder().decode(out[1...])
                #expect(message.id == LoadWork.idPrefix + "000000000045")
                #expect(message.header.sync == (way == .unix))
                #expect(out.count == work.frame.count + 1)
                var answer: [UInt8] = []
                work.answer.append(fields, to: &answer)
                let content = try Content(json: answer[...])
                let carried = work.name == "query by key" ? content : message.content
                #expect(carried.byteCount == bytes)
            }
        }
    }

    @Test("answers are cut out of the stream wherever it is broken", arguments: [1, 7, 100, 4096])
    func answers(piece: Int) throws {
        let route = Route(source: .metaManager, group: .meta, operation: .response, resource: "bench/configmap/c")
        func frame(_ parent: String, _ operation: Beehive.Operation, _ content: Content) -> [UInt8] {
            var route = route
            route.operation = operation
            let message = Message(
                header: Header(id: "a", parentID: parent, timestamp: 1), route: route, content: content)
            let body = MessageEncoder.encode(message)
            let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) }
            return Array("beehv1rv".utf8) + length + body
        }
        let value = try Content(json: Bytes(#"{"text":"},\"content\":\#(String(repeating: "x", count: 3000))"}"#.utf8))
        let bytes =
            frame(LoadWork.idPrefix + "000000000012", .response, value) + frame("", .update, .ok)
            + frame("another-module's", .response, .ok)
            + frame(LoadWork.idPrefix + "000000000013", .error, Content(text: "no"))
            + frame(LoadWork.idPrefix + "000000000014", .response, .ok)
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let reader = AnswerReader()
        var seen: [String] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let part = Array(bytes[start..<min(bytes.count, start + piece)])
            try #require(write(ends[0], part, part.count) == part.count)
            try #require(reader.receive(ends[1], flags: 0) == part.count)
            while let answer = try reader.next() {
                let isValue = answer.content.elementsEqual(value.json)
                let text = isValue ? "value" : String(decoding: answer.content, as: UTF8.self)
                seen.append("\(answer.number ?? -1) \(answer.isResponse) \(text)")
            }
        }
        #expect(
            seen == [
                "12 true value", #"-1 false "OK""#, #"-1 true "OK""#, #"13 false "no""#, #"14 true "OK""#,
            ])
    }

    @Test("a load over the cloud takes each ack, and misses those that never come", arguments: [1, 64])
    func cloudLoad(inFlight: Int) async throws {
        var settings = FakeCloudCore.Settings()
        settings.syncPeriod = .seconds(600)
        try await withCloud(settings) { cloud in
            let edge = try await EdgeClient.connect(cloud)
            let load = CloudLoad(cloud: cloud, node: "edge-1", patience: .seconds(60))
            let work = try #require(LoadWork.all(.wss, keys: 10, bytes: 600).first)
            let ledger = try await load.run(work, window: 0, first: 1, count: 100, inFlight: inFlight)
            #expect(ledger.isDone && ledger.wrong == 0)
            edge.setAcking(false)
            // None can come any more, so nothing hangs on how long it waits.
            let hasty = CloudLoad(cloud: cloud, node: "edge-1", patience: .milliseconds(200))
            let lost = try await hasty.run(work, window: 1, first: 101, count: 100, inFlight: inFlight)
            #expect(lost.missing == 100 && lost.underWay == inFlight)
            await edge.close()
        }
    }
}
