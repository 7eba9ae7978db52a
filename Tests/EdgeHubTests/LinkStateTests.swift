import Beehive
import NIOCore
import NIOSSL
import Testing

@testable import EdgeHub

/// The link's decisions, as values.
@Suite("Link state")
struct LinkStateTests {
    typealias Phase = LinkState.Phase
    static let closed = LinkFault(.closed, "closed")
    static let renewed = LinkFault(.renewed, "renewed")
    static let stopped = LinkFault(.stopped, "stopped")

    /// A state that has come to a phase in the usual way, at 0.
    static func state(in phase: Phase) -> LinkState {
        var state = LinkState(backoff: Backoff())
        _ = state.begin(random: 0)
        let ways: [Phase: [LinkState.Event]] = [
            .waiting: [], .connecting: [.waited], .upgrading: [.waited, .connected],
            .alive: [.waited, .connected, .upgraded], .draining: [.waited, .connected, .upgraded, .renewed],
            .stopped: [.stop],
        ]
        for event in ways[phase] ?? [] { _ = state.handle(event, at: 0, random: 0) }
        return state
    }

    /// Where each event leads from a phase: those named; every other changes nothing.
    static let table: [(Phase, [(LinkState.Event, Phase, LinkState.Step)])] = [
        (.waiting, [(.waited, .connecting, .connect), (.stop, .stopped, .stop)]),
        (
            .connecting,
            [
                (.connected, .upgrading, .goOn), (.ended(closed), .waiting, .wait(.milliseconds(1000))),
                (.ended(renewed), .connecting, .connect), (.ended(stopped), .stopped, .stop), (.stop, .stopped, .stop),
            ]
        ),
        (
            .upgrading,
            [
                (.upgraded, .alive, .goOn), (.ended(closed), .waiting, .wait(.milliseconds(1000))),
                (.ended(renewed), .connecting, .connect), (.ended(stopped), .stopped, .stop), (.stop, .stopped, .stop),
            ]
        ),
        (
            .alive,
            [
                (.renewed, .draining, .drain), (.ended(closed), .waiting, .wait(.milliseconds(1000))),
                (.ended(renewed), .connecting, .connect), (.ended(stopped), .stopped, .stop),
                (.stop, .draining, .drain),
            ]
        ),
        (
            .draining,
            [
                (.ended(closed), .waiting, .wait(.milliseconds(1000))), (.ended(renewed), .connecting, .connect),
                (.ended(stopped), .stopped, .stop), (.stop, .draining, .drain),
            ]
        ),
        (.stopped, []),
    ]

    @Test("each event in each phase", arguments: [Phase.waiting, .connecting, .upgrading, .alive, .draining, .stopped])
    func table(phase: Phase) throws {
        let rows = try #require(Self.table.first { $0.0 == phase }).1
        let events: [LinkState.Event] = [
            .waited, .connected, .upgraded, .renewed, .stop, .ended(Self.closed), .ended(Self.renewed),
            .ended(Self.stopped),
        ]
        for event in events {
            var state = Self.state(in: phase)
            #expect(state.phase == phase)
            let step = state.handle(event, at: 5_000_000_000, random: 0.5)
            let row = rows.first { $0.0 == event }
            #expect(state.phase == row?.1 ?? phase, "\(event)")
            #expect(step == row?.2 ?? (phase == .stopped ? .stop : .goOn), "\(event)")
        }
    }

    /// Lets a link live for so long and end; gives the wait.
    static func live(_ state: inout LinkState, from start: UInt64, for life: Duration, _ fault: LinkFault) -> Duration?
    {
        for event in [LinkState.Event.waited, .connected, .upgraded] {
            _ = state.handle(event, at: start, random: 1)
        }
        let step = state.handle(.ended(fault), at: start + UInt64(life.milliseconds) * 1_000_000, random: 1)
        if case .wait(let wait) = step { return wait }
        return nil
    }

    @Test("a cloud that ends each connection soon: the waits grow to ten minutes, and the fault names the cause")
    func twin() {
        var state = LinkState(backoff: Backoff())
        _ = state.begin(random: 0)
        let waits = (0..<10).map {
            Self.live(&state, from: UInt64($0) * 1_000_000_000_000, for: .seconds(1), Self.closed)
        }
        #expect(waits.suffix(8) == [30, 60, 120, 240, 480, 600, 600, 600].map { .seconds($0) })
        #expect(state.isSuspectingTwin && state.fault?.description.contains("edgehub.controller.node-id") == true)
        // A life that lasts ends the suspicion.
        let wait = Self.live(&state, from: 0, for: .seconds(31), Self.closed)
        #expect(wait == .seconds(1))
        #expect(!state.isSuspectingTwin && state.fault == Self.closed)
    }

    @Test(
        "other ends of short lives are no sign of another node",
        arguments: [LinkFault.Code.silent, .writeDeadline, .notWebSocket])
    func noTwin(code: LinkFault.Code) {
        var state = LinkState(backoff: Backoff())
        _ = state.begin(random: 0)
        for _ in 0..<10 { _ = Self.live(&state, from: 0, for: .seconds(1), LinkFault(code, "x")) }
        #expect(!state.isSuspectingTwin)
    }

    @Test("a clock that jumps, either way, gives waits within the limits", arguments: [0, 1, UInt64.max / 2, .max])
    func jump(ticks: UInt64) {
        var state = LinkState(backoff: Backoff())
        _ = state.begin(random: 0)
        for event in [LinkState.Event.waited, .connected] { _ = state.handle(event, at: 0, random: 1) }
        _ = state.handle(.upgraded, at: 1_000_000_000_000, random: 1)
        guard case .wait(let wait) = state.handle(.ended(Self.closed), at: ticks, random: 1) else {
            Issue.record("no wait")
            return
        }
        #expect(wait >= .zero && wait <= .seconds(30))
    }

    @Test("a ping with every second heartbeat; two without a pong are the end")
    func heartbeat() {
        var heartbeat = Heartbeat()
        var beats = (0..<6).map { _ in heartbeat.beat(isReading: true) }
        #expect(beats == [.keepalive, .keepalive, .keepaliveAndPing, .keepalive, .keepaliveAndPing, .dead])
        heartbeat.pong()
        beats = [heartbeat.beat(isReading: true)]
        #expect(beats == [.keepalive])
        var unread = Heartbeat()
        beats = (0..<100).map { _ in unread.beat(isReading: false) }
        #expect(!beats.contains(.dead), "a pong that this side did not read proves nothing")
    }

    @Test("bytes that leave count, whole writes do not; nothing for the deadline is stuck")
    func writes() {
        var progress = WriteProgress()
        let looks: [(handed: UInt64, buffered: UInt64, second: UInt64, isStuck: Bool)] = [
            (1000, 1000, 0, false), (1000, 1000, 9, false),
            // One byte has left.
            (1000, 999, 10, false), (1000, 999, 19, false),
            // More to send is no progress.
            (5000, 4999, 20, true),
            // TLS makes more bytes than were handed over.
            (5000, 9000, 21, true), (5000, 0, 22, false),
        ]
        for look in looks {
            progress.handed = look.handed
            let isStuck = progress.isStuck(
                buffered: look.buffered, at: look.second * 1_000_000_000, after: .seconds(10))
            #expect(isStuck == look.isStuck, "after \(look.second) s")
        }
    }

    struct Address: Sendable, CustomTestStringConvertible {
        let text: String
        let parts: String?
        var testDescription: String { text }
        init(_ text: String, _ parts: String? = nil) {
            self.text = text
            self.parts = parts
        }
    }

    static let addresses = [
        Address("wss://cloud", "wss cloud 10000 /"), Address("wss://cloud:1", "wss cloud 1 /"),
        Address("wss://10.0.0.1:65535/a/b?c=d#e", "wss 10.0.0.1 65535 /a/b?c=d"),
        Address("wss://[fd00::1]", "wss fd00::1 10000 /"), Address("wss://[fd00::1]:7?x", "wss fd00::1 7 /?x"),
        Address("ws://localhost", "ws localhost 10000 /"), Address("ws://127.3.2.1:5", "ws 127.3.2.1 5 /"),
        Address("ws://[::1]:5", "ws ::1 5 /"), Address(""), Address("cloud:10000"), Address("https://cloud"),
        Address("wss://"), Address("wss://:10000"), Address("wss://cloud:"), Address("wss://cloud:0"),
        Address("wss://cloud:65536"), Address("wss://cloud:x"), Address("wss://[fd00::1"), Address("wss://[fd00::1]x"),
        Address("wss://user@cloud"), Address("wss://a b"), Address("ws://cloud"), Address("ws://10.0.0.1"),
        Address("ws://127.0.0.1.example"), Address("ws://127.example.com"), Address("ws://127.0.0"),
    ]

    @Test("URLs of a cloud, and what is none", arguments: addresses)
    func url(row: Address) {
        let url = try? LinkURL(row.text)
        #expect(url.map { "\($0.isSecure ? "wss" : "ws") \($0.host) \($0.port) \($0.path)" } == row.parts)
    }

    struct Strange: Error, CustomStringConvertible {
        let description = "one\ntwo\u{7}" + String(repeating: "x", count: 1000)
    }

    static let errors: [(any Error & Sendable, Phase, LinkFault.Code)] = [
        (LinkFault(.name, "as it is"), .connecting, .name),
        (ChannelError.connectTimeout(.seconds(1)), .connecting, .handshakeTimeout),
        (NIOSSLError.uncleanShutdown, .alive, .closed),
        (NIOSSLExtraError.failedToValidateHostname, .upgrading, .untrustedServer),
        (IOError(errnoCode: 104, reason: "read"), .alive, .broken),
        (IOError(errnoCode: 111, reason: "connect"), .connecting, .unreachable), (Strange(), .alive, .broken),
    ]

    @Test("each error of the transport is one short line", arguments: errors.indices)
    func translation(index: Int) throws {
        let (error, phase, code) = Self.errors[index]
        let fault = LinkFault(of: error, while: phase, to: try LinkURL("wss://cloud.example"))
        #expect(fault.code == code)
        #expect(!fault.description.isEmpty && fault.description.count < 400)
        #expect(!fault.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
    }
}
