import Beehive
import EdgeHub
import FakeCloud
import Logging
import MetaManager
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A link between a fake cloud and an inbox that the test reads in the loop's place.
struct LinkFixture: Sendable {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let cloud: FakeCloud
    let inbox: Inbox<Input>
    let link: WebSocketLink
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(
        cloud: FakeCloud, capacity: Int = 1024, change: (inout LinkSettings) -> Void = { _ in }
    ) throws {
        var settings = try LinkSettings(url: LinkURL(cloud.url), nodeID: "node-1")
        change(&settings)
        self.cloud = cloud
        inbox = Inbox(capacity: capacity)
        link = WebSocketLink(
            settings: settings, identity: nil, inbox: inbox, group: group, logger: Self.silent, random: { 0.01 })
    }

    /// Runs the link while the body runs, then shuts it down as the program does.
    func run(_ body: @Sendable (LinkFixture) async throws -> Void) async throws {
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [link], logger: Self.silent))
        var failure: (any Error)?
        do {
            async let running: Void = services.run()
            do { try await body(self) } catch { failure = error }
            await services.triggerGracefulShutdown()
            try await running
        } catch {
            failure = failure ?? error
        }
        await cloud.stop()
        try await group.shutdownGracefully()
        if let failure { throw failure }
    }

    /// The inputs up to one that is meant, in order; waits a few minutes at most, as each may take half a second under a
    /// sanitizer beside other work.
    func inputs(_ what: String, upTo condition: @Sendable (Input) -> Bool) async throws -> [Input] {
        var seen: [Input] = []
        let end = SystemTime().now().ticks + 240_000_000_000
        while SystemTime().now().ticks < end {
            // A deadline in the past: the test's thread is not blocked.
            guard case .items(let items) = inbox.take(upTo: 1, deadline: 0) else {
                try await Task.sleep(for: .milliseconds(1))
                continue
            }
            seen += items
            if let last = items.last, condition(last) { return seen }
        }
        throw NeverCame(what: what, seen: seen.count)
    }

    /// Waits for a condition, a minute at most.
    func until(_ what: String, _ condition: () -> Bool) async throws {
        let end = SystemTime().now().ticks + 60_000_000_000
        while !condition() {
            guard SystemTime().now().ticks < end else { throw NeverCame(what: what, seen: 0) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    struct NeverCame: Error {
        let what: String
        let seen: Int
    }

    func entry(_ place: Int64, id: String? = nil, connection: Int = 1) -> CloudFrame {
        let message = Message(
            header: Header(id: id ?? "entry-\(place)", timestamp: 1),
            route: Route(source: .edged, group: .meta, operation: .update, resource: "demo/podstatus/p\(place)"),
            content: Content(text: "x"))
        return CloudFrame(
            kind: .outbox(place: place, connection: connection), body: .frame(MessageEncoder.encode(message)[...]))
    }
}

extension Input {
    var message: Message? {
        if case .fromCloud(let message) = self { return message }
        return nil
    }

    var places: [Int64]? {
        if case .confirmed(_, let places) = self { return places }
        return nil
    }

    var credit: Int? {
        if case .credit(_, let entries) = self { return entries }
        return nil
    }

    var isDown: Bool {
        if case .linkDown = self { return true }
        return false
    }

    var up: Int? {
        if case .linkUp(let connection) = self { return connection }
        return nil
    }
}
