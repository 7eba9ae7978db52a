import Beehive
import Glibc
import Testing

@testable import MetaManager
@testable import MetaServer

/// What grows has an end, and a metric that tells how near it is.
struct LimitTests {
    private static func decision(resource: String) -> Decision {
        Decision(
            time: 1, id: "m1", source: "edged",
            route: Route(source: .edged, group: .meta, operation: .query, resource: resource), outcome: .refused,
            reason: "resource '\(resource)' has no type")
    }

    @Test func `connections are counted, and so are those turned away`() async throws {
        try await Fixture.serve(settings: .test.with(\.maximumConnections, 2)) { fixture in
            let held = [try Wire(path: fixture.socket), try Wire(path: fixture.socket)]
            for wire in held {
                wire.send("GET /healthz HTTP/1.1\r\n\r\n")
                _ = try await fixture.blocking { wire.read(until: "ok") }
            }
            #expect(try await fixture.exchange("GET /healthz HTTP/1.1\r\n\r\n").isEmpty)
            #expect(fixture.context.requests.connections.open == 2)
            #expect(fixture.context.requests.connections.refused == 1)
            let metrics = Metrics.render(fixture.context)
            #expect(metrics.contains("metamanager_api_connections 2\n"))
            #expect(metrics.contains("metamanager_api_connections_refused_total 1\n"))
            for wire in held { wire.close() }
        }
    }

    @Test func `only so many follow the decisions`() throws {
        let trace = DecisionTrace(maximumFollowers: 1)
        let first = try #require(trace.follow(tail: 0))
        #expect(trace.follow(tail: 0) == nil)
        #expect((trace.followers, trace.followersRefused) == (1, 1))
        first.cancel()
        #expect(trace.follow(tail: 0) != nil)
    }

    @Test func `a follower too many is told so`() async throws {
        try await Fixture.serve(trace: DecisionTrace(maximumFollowers: 0)) { fixture in
            let answer = try await fixture.exchange(
                "GET /metamanager/v1/trace?follow HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 429 "))
        }
    }

    @Test func `decisions keep no texts of megabytes`() throws {
        let trace = DecisionTrace()
        trace.record([Self.decision(resource: String(repeating: "x", count: 1 << 20)), Self.decision(resource: "a/b")])
        let kept = trace.last
        #expect(kept.count == 2)
        #expect(DecisionTrace.line(kept[0]).count < 4096)
        #expect(kept[1].route?.resource == "a/b")
    }

    @Test func `unknown operations keep no texts of megabytes`() {
        var report = LoopReport()
        let message = Message(
            header: Header(id: "m", timestamp: 1),
            route: Route(source: .edged, group: .meta, operation: "strange", resource: "a/b"), content: .null)
        var plan = Plan()
        plan.outcome = .unknown
        plan.reason = String(repeating: "x", count: 1 << 20)
        report.count([.fromCloud(message)], [plan], seconds: 0)
        #expect(report.unknownOperations.allSatisfy { $0.utf8.count < 1024 })
    }

    @Test func `the table of limits names metrics and tests that exist`() async throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let rows = try #require(Self.read("/\(root)/docs/limits.md")).split(separator: "\n").filter {
            $0.hasPrefix("| ") && !$0.hasPrefix("| what") && !$0.hasPrefix("| ---")
        }
        #expect(rows.count > 20)
        let tests = Self.sources(below: "/\(root)/Tests").compactMap(Self.read).joined()
        func complete(_ context: inout ServerContext) {
            context.recorder = FlightRecorder(folder: "", bytes: 0, build: "test")
            context.socket = { SocketFigures(connections: 0, refused: ["too_large": 0]) }
            context.link = NoLink()
        }
        try await Fixture.serve(context: complete) { fixture in
            let metrics = Metrics.render(fixture.context)
            for row in rows {
                let cells = row.split(separator: "|").map { $0.filter { $0 != "`" }.trimmingSpaces }
                guard cells.count == 6 else {
                    Issue.record("a row has six cells: \(row)")
                    continue
                }
                for metric in cells[4].split(separator: ",").map({ String($0).trimmingSpaces }) where metric != "none" {
                    let name = metric.prefix { $0 != "{" }
                    #expect(metrics.contains("metamanager_\(name)"), "no metric \(name): \(row)")
                }
                #expect(tests.contains(cells[5]), "no test '\(cells[5])'")
            }
        }
    }

    private struct NoLink: LinkReporting {
        var figures: LinkFigures { LinkFigures() }
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, 65536, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func sources(below folder: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        var flags: Int32 = 0
        for pattern in ["*.swift", "*/*.swift", "*/*/*.swift", "*/*/*/*.swift"] {
            _ = glob("\(folder)/\(pattern)", flags, nil, &found)
            flags = GLOB_APPEND
        }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
