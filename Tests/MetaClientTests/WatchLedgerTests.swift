import Beehive
import Testing

@testable import MetaClient

/// What a watch makes of the lines that come, without a connection.
@Suite("What a watch tells")
struct WatchLedgerTests {
    private func take(_ lines: [JSONValue], _ ledger: inout WatchLedger) throws -> [String] {
        try lines.flatMap { line -> [WatchEvent<ConfigMap>] in try ledger.take(line, of: "the test") }.map(\.word)
    }

    private func line(_ type: String, _ name: String, _ version: Int, _ value: String = "1") -> JSONValue {
        var map = ServedStore.map(name, value)
        map["metadata"]?["resourceVersion"] = JSONValue(text: "\(version)")
        return ["type": JSONValue(text: type), "object": map]
    }

    private func bookmark(_ version: Int, isInitialEnd: Bool = false) -> JSONValue {
        var metadata: JSONValue = ["resourceVersion": JSONValue(text: "\(version)")]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return ["type": "BOOKMARK", "object": ["metadata": metadata]]
    }

    @Test("before everything has come it does not go on from a version, but begins again and repeats nothing")
    func brokenStart() throws {
        var ledger = WatchLedger(limit: 10)
        #expect(ledger.begin().contains { $0.name == "sendInitialEvents" })
        #expect(try take([line("ADDED", "a", 7)], &ledger) == ["+a=1"])
        #expect(ledger.version == nil)
        _ = ledger.begin()
        let again = [line("ADDED", "a", 7), line("ADDED", "b", 3), bookmark(9, isInitialEnd: true)]
        #expect(try take(again, &ledger) == ["+b=1", "synced"])
        #expect(ledger.version == "9")
        #expect(ledger.begin().contains { $0 == ("resourceVersion", "9") })
    }

    @Test("bookmarks carry it on, and unknown words change nothing")
    func bookmarks() throws {
        var ledger = WatchLedger(limit: 10)
        _ = ledger.begin()
        #expect(try take([bookmark(5, isInitialEnd: true), bookmark(8)], &ledger) == ["synced"])
        #expect(ledger.version == "8")
        #expect(try take([["type": "LATER", "object": [:]], line("MODIFIED", "a", 9)], &ledger) == ["+a=1"])
        #expect(try take([line("ADDED", "a", 10, "2")], &ledger) == ["~a=2"])
        #expect(try take([line("ADDED", "a", 10, "2"), line("DELETED", "z", 11)], &ledger) == [])
        #expect(ledger.version == "11")
    }

    @Test("the same state under another version is not told again after a relist")
    func sameState() throws {
        var ledger = WatchLedger(limit: 10)
        _ = ledger.begin()
        _ = try take([line("ADDED", "a", 2), bookmark(5, isInitialEnd: true)], &ledger)
        ledger.expire()
        _ = ledger.begin()
        #expect(try take([line("ADDED", "a", 3), bookmark(9, isInitialEnd: true)], &ledger) == ["synced"])
    }

    @Test("what goes while everything comes is gone once")
    func goneMeanwhile() throws {
        var ledger = WatchLedger(limit: 10)
        _ = ledger.begin()
        let lines = [line("ADDED", "a", 2), line("DELETED", "a", 6), bookmark(6, isInitialEnd: true)]
        #expect(try take(lines, &ledger) == ["+a=1", "-a", "synced"])
    }

    @Test("what is no event is an error, and so is what has no name or version")
    func malformed() {
        let lines: [JSONValue] = [
            .null, [:], ["type": "ADDED"], ["type": "ADDED", "object": ["metadata": ["name": "a"]]],
        ]
        for line in lines {
            var ledger = WatchLedger(limit: 10)
            let error = #expect(throws: MetaClientError.self) { _ = try take([line], &ledger) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("errors keep their codes", arguments: [(410, "expired"), (429, "unavailable"), (403, "forbidden")])
    func errors(code: Int, word: String) {
        var ledger = WatchLedger(limit: 10)
        let status: JSONValue = ["kind": "Status", "code": JSONValue(integer: code), "message": "no"]
        let error = #expect(throws: MetaClientError.self) {
            _ = try take([["type": "ERROR", "object": status]], &ledger)
        }
        #expect(error?.code.description == word)
    }

    @Test("more objects than may be are an error")
    func limit() throws {
        var ledger = WatchLedger(limit: 2)
        _ = ledger.begin()
        _ = try take([line("ADDED", "a", 1), line("ADDED", "b", 2), line("MODIFIED", "a", 3, "2")], &ledger)
        #expect(throws: MetaClientError.self) { _ = try take([line("ADDED", "c", 4)], &ledger) }
    }

    @Test("lines are cut the same wherever the pieces end")
    func lines() throws {
        let text = Array("{}\n\n[1]\nlast".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter(limit: 100)
            var lines: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                let piece = Array(text[start..<min(start + size, text.count)])
                lines += try splitter.take(piece, of: "the test").map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(lines == ["{}", "[1]"], "pieces of \(size)")
        }
        var narrow = LineSplitter(limit: 3)
        #expect(throws: MetaClientError.self) { _ = try narrow.take(text, of: "the test") }
    }

    @Test("tries come less and less often, heed the daemon's advice, and end with patience")
    func retries() {
        var retry = WatchRetry()
        let error = MetaClientError(.unavailable, "", retryAfter: .seconds(7))
        #expect(retry.delay(after: error, at: 0, patience: .seconds(10)) == .seconds(7))
        #expect(retry.delay(after: error, at: 10_000_000_000, patience: .seconds(10)) == nil)
        retry.heard(isNews: true)
        let plain = MetaClientError(.broken, "")
        var last = Duration.zero
        for _ in 0..<20 { last = retry.delay(after: plain, at: 0, patience: .seconds(10)) ?? .zero }
        #expect(last >= .milliseconds(2500) && last <= .seconds(5))
    }

    @Test("only a connection that told something and held makes the next tries soon again; news renew patience alone")
    func steadiness() {
        let (second, plain) = (UInt64(1_000_000_000), MetaClientError(.broken, ""))
        var retry = WatchRetry()
        for count in 0..<20 {
            let now = UInt64(count) * second
            retry.connected(at: now)
            retry.heard(isNews: true)
            let isGood = retry.ended(at: now + 1)
            let delay = retry.delay(after: plain, at: now + 1, patience: .milliseconds(1))
            #expect(delay.map { $0 >= .milliseconds(25 << min(count, 6)) } == true, "\(count)")
            let isFirst = retry.takeFirstExpiry()
            #expect(!isGood && isFirst == (count == 0))
        }
        // Nobody there: what was heard before counts for nothing.
        var isGood = retry.ended(at: 100 * second)
        var pause = retry.pause()
        #expect(!isGood && pause >= .milliseconds(2500))
        // Signs of life are no news.
        retry.connected(at: 100 * second)
        retry.heard(isNews: false)
        let delay = retry.delay(after: plain, at: 101 * second, patience: .milliseconds(1))
        #expect(delay == nil)
        retry.connected(at: 200 * second)
        retry.heard(isNews: false)
        isGood = retry.ended(at: 210 * second)
        pause = retry.pause()
        let isFirst = retry.takeFirstExpiry()
        #expect(isGood && isFirst && pause <= .milliseconds(50))
    }
}
