import Beehive
import EdgeHub
import FakeCloud
import MetaManager
import NIOCore
import NIOPosix
import Testing

/// New settings hold on the connection that is up; what they replace would make each of these wait for an hour.
@Suite("New settings of a link", .timeLimit(.minutes(5)))
struct LinkReloadTests {
    private static let never = Duration.seconds(3600)

    private static func settings(
        _ fixture: LinkFixture, _ change: (inout LinkSettings) -> Void
    ) throws -> LinkSettings {
        var settings = try LinkSettings(url: LinkURL(fixture.cloud.url), nodeID: "node-1")
        change(&settings)
        return settings
    }

    @Test("a shorter heartbeat does not wait for the end of the longer one")
    func heartbeat() async throws {
        try await LinkFixture(cloud: try await .start()) { $0.heartbeat = Self.never }.run { fixture in
            _ = try await fixture.cloud.waitForMessage(.keepalive, "node")
            let slow = try Self.settings(fixture) { $0.heartbeat = Self.never * 2 }
            let fast = try Self.settings(fixture) { $0.heartbeat = .milliseconds(20) }
            for settings in [slow, fast] { fixture.link.reload(settings) }
            try await fixture.until("three more") {
                fixture.cloud.received.count { $0.message?.route.operation == .keepalive } >= 4
            }
            #expect(fixture.cloud.connections == 1)
        }
    }

    @Test("settings that come faster than the heartbeat do not put it off")
    func restless() async throws {
        try await LinkFixture(cloud: try await .start()) { $0.heartbeat = .milliseconds(300) }.run { fixture in
            _ = try await fixture.cloud.waitForMessage(.keepalive, "node")
            var number = 0
            while fixture.cloud.received.count(where: { $0.message?.route.operation == .keepalive }) < 3 {
                number += 1
                let beat = Duration.milliseconds(300 + number % 2)
                fixture.link.reload(try Self.settings(fixture) { $0.heartbeat = beat })
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(fixture.cloud.connections == 1)
        }
    }

    @Test("a larger and a smaller frame limit hold at once")
    func frames() async throws {
        let cloud = try await FakeCloud.start(resendInterval: .seconds(60))
        try await LinkFixture(cloud: cloud) { $0.maximumFrame = 5000 }.run { fixture in
            try await fixture.cloud.waitForNode()
            func push(_ name: String) async throws {
                let text = Content(text: String(repeating: "x", count: 50_000))
                let message = fixture.cloud.message(.update, "a/b/\(name)", content: text, version: "1")
                fixture.cloud.push(message)
                fixture.cloud.send(fixture.cloud.message(.update, "a/b/after-\(name)"))
                _ = try await fixture.inputs(name) { $0.message?.route.resource == "a/b/after-\(name)" }
            }
            try await push("one")
            #expect(fixture.link.report.oversize == 1)
            fixture.link.reload(try Self.settings(fixture) { $0.maximumFrame = 100_000 })
            // Between two tries the event loop has taken it over.
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            var number = 1
            while fixture.link.report.oversize == UInt64(number), SystemTime().now().ticks < end {
                let before = fixture.link.report.oversize
                try await push("more-\(number)")
                if fixture.link.report.oversize == before { break }
                number += 1
            }
            let taken = fixture.link.report.oversize
            fixture.link.reload(try Self.settings(fixture) { $0.maximumFrame = 5000 })
            while fixture.link.report.oversize == taken, SystemTime().now().ticks < end {
                number += 1
                try await push("last-\(number)")
            }
            #expect(fixture.link.report.oversize > taken && fixture.cloud.connections == 1)
            #expect(fixture.link.report.badFrames.isEmpty)
        }
    }

    @Test("a lowered burst takes back what the loop has not spent")
    func burst() async throws {
        try await LinkFixture(cloud: try await .start()) {
            $0.qps = 1
            $0.burst = 500
        }.run { fixture in
            var granted = try await fixture.inputs("credit") { $0.credit != nil }.compactMap(\.credit).reduce(0, +)
            #expect(granted == 500)
            fixture.link.reload(
                try Self.settings(fixture) {
                    $0.qps = 1
                    $0.burst = 5
                })
            granted += try await fixture.inputs("credit") { $0.credit != nil }.compactMap(\.credit).reduce(0, +)
            #expect(granted == 5)
        }
    }

    @Test("a raised rate grants at once what was far away")
    func rate() async throws {
        try await LinkFixture(cloud: try await .start()) {
            $0.qps = 1
            $0.burst = 1
        }.run { fixture in
            _ = try await fixture.inputs("credit") { $0.credit != nil }
            fixture.link.send([fixture.entry(1)])
            fixture.link.reload(
                try Self.settings(fixture) {
                    $0.qps = 100_000
                    $0.burst = 1000
                })
            var granted = 0
            while granted < 900 {
                granted += try await fixture.inputs("credit") { $0.credit != nil }.compactMap(\.credit).reduce(0, +)
            }
            #expect(fixture.cloud.connections == 1)
        }
    }

    @Test("a shorter write deadline ends a connection that is stuck under a longer one")
    func writeDeadline() async throws {
        try await LinkFixture(cloud: try await .start()) {
            $0.writeDeadline = Self.never
            $0.heartbeat = Self.never
        }.run { fixture in
            _ = try await fixture.inputs("up") { $0.up != nil }
            try await fixture.cloud.setReading(false)
            let content = Content(text: String(repeating: "y", count: 100_000))
            let message = fixture.cloud.message(.update, "up/b/c", content: content)
            for _ in 0..<80 { fixture.link.send([CloudFrame(kind: .answer, body: .message(message))]) }
            try await fixture.until("all is on its way") { fixture.link.report.sent >= 80 }
            fixture.link.reload(
                try Self.settings(fixture) {
                    $0.writeDeadline = .milliseconds(200)
                    $0.heartbeat = Self.never
                })
            try await fixture.until("the deadline") { fixture.link.report.faults[.writeDeadline] == 1 }
        }
    }

    @Test(
        "a shorter back-off ends a wait of hours", arguments: [(Duration.milliseconds(10), false), (.seconds(1), true)])
    func backoff(minimum: Duration, isMinimumAlone: Bool) async throws {
        let cloud = try await FakeCloud.start()
        cloud.setRefusing(true)
        let hours = Duration.seconds(360_000_000)
        try await LinkFixture(cloud: cloud) {
            $0.reconnectMinimum = hours
            $0.reconnectMaximum = hours
        }.run { fixture in
            try await fixture.until("a try and a long wait") {
                fixture.link.report.failedTries == 1 && fixture.link.report.phase == .waiting
            }
            fixture.cloud.setRefusing(false)
            fixture.link.reload(
                try Self.settings(fixture) {
                    $0.reconnectMinimum = minimum
                    $0.reconnectMaximum = isMinimumAlone ? hours : minimum
                })
            try await fixture.cloud.waitForNode()
        }
    }

    @Test("a shorter handshake time-out holds for the next try")
    func handshake() async throws {
        // Takes connections and says nothing.
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let url = try LinkURL("ws://127.0.0.1:\(silent.localAddress?.port ?? 0)")
        try await LinkFixture(cloud: try await .start()) {
            $0.url = url
            $0.handshakeTimeout = .seconds(5)
            $0.reconnectMinimum = .milliseconds(10)
            $0.reconnectMaximum = .milliseconds(10)
        }.run { fixture in
            try await fixture.until("a try") { fixture.link.report.phase == .upgrading }
            var settings = try Self.settings(fixture) { $0.handshakeTimeout = .milliseconds(50) }
            settings.url = url
            settings.reconnectMinimum = .milliseconds(10)
            settings.reconnectMaximum = .milliseconds(10)
            fixture.link.reload(settings)
            // The other way each takes five seconds.
            try await fixture.until("many tries") { fixture.link.report.failedTries >= 20 }
        }
        try await silent.close()
    }
}
