import Beehive
import FakeCloud
import Logging
import MetaManager
import MetaStore
import NIOCore
import NIOPosix
import NIOSSL
import NodePKI
import ServiceLifecycle
import TestKit
import Testing

@testable import EdgeHub

/// All that a node has towards its cloud: certificates by token, the link over TLS, the loop on a real store.
///
/// Its certificates grow old by a clock that the test moves; everything else runs by the machine's.
final class StormNode: Sendable {
    static let name = "edge-1"
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let day = 86_400

    let cloud: FakeCloudCore
    let folder: TemporaryFolder
    let keeper: IdentityKeeper
    let link: WebSocketLink
    private let clock: IdentityTestClock
    private let inbox = Inbox<Input>(capacity: 1024)
    private let loop: MetadataLoop
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let thread = LoopThread()
    private let reader: StoreReader

    private struct Weak {
        weak var link: WebSocketLink?
    }

    /// Waits a hundredth of what it is asked to: storms need not be sat out.
    struct HastyClock: Clock {
        let base = ContinuousClock()
        var now: ContinuousClock.Instant { base.now }
        var minimumResolution: Duration { base.minimumResolution }

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            let wait = base.now.duration(to: deadline) / 100
            try await base.sleep(for: max(.zero, min(wait, .milliseconds(20))), tolerance: tolerance)
        }
    }

    init(
        cloud: FakeCloudCore, identity show: (IdentityKeeper) -> any LinkIdentity = { $0 }
    ) throws {
        self.cloud = cloud
        folder = try TemporaryFolder()
        threads.start()
        let now = SystemTime().now()
        let time = ManualTime(start: now)
        clock = IdentityTestClock(time: time)
        var identity = IdentitySettings(
            caFile: "\(folder.path)/ca.crt", certFile: "\(folder.path)/node.crt", keyFile: "\(folder.path)/node.key",
            nodeID: Self.name)
        identity.httpURL = cloud.httpsURL
        identity.token = cloud.token
        let renewed = Lock<Weak?>(nil)
        keeper = IdentityKeeper(
            settings: identity, group: group, threads: threads, logger: Self.silent, time: time, clock: clock,
            random: { 0.5 }, onRenewed: { _ in renewed.withLock { $0 }?.link?.reconnect() })
        var settings = LinkSettings(url: try LinkURL(cloud.url), nodeID: Self.name)
        settings.qps = 10_000
        settings.burst = 10_000
        link = WebSocketLink(
            settings: settings, identity: show(keeper), inbox: inbox, group: group, logger: Self.silent,
            clock: HastyClock())
        let path = "\(folder.path)/edgecore.db"
        loop = MetadataLoop(
            store: try MetaStore(path: path, now: now.wall),
            planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox,
            bus: NodeAgentServiceTests.bus(Intake(inbox)), cloud: link)
        reader = try StoreReader(path: path)
        renewed.withLock { $0 = Weak(link: link) }
    }

    /// Runs the node while the body runs, then shuts it down as the program does.
    func run(_ body: () async throws -> Void) async throws {
        thread.start { [loop] in loop.run() }
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [keeper, link], logger: Self.silent))
        var failure: (any Error)?
        do {
            async let running: Void = services.run()
            do { try await body() } catch { failure = error }
            await services.triggerGracefulShutdown()
            try await running
        } catch {
            failure = failure ?? error
        }
        inbox.close()
        await thread.join()
        try await group.shutdownGracefully()
        try await threads.shutdownGracefully()
        if let failure { throw failure }
    }

    /// Lets the certificate come to its renewal, and waits until the node has the next one.
    ///
    /// Each lives a day longer than the one before, so that it is not due as soon as it is there.
    func renew(_ number: Int) async throws -> [UInt8] {
        cloud.setCertificateLifetime(.seconds((10 + number) * Self.day))
        let before = try await keeper.identity().facts.der
        var now = before
        // Forty of them share the processors with daemons of other tests.
        try await eventually("renewal \(number)", within: .seconds(240)) {
            now = try await keeper.identity().facts.der
            guard now == before else { return true }
            if clock.isAwaited { clock.advance(by: .seconds(600)) }
            if let due = keeper.report.nextRenewal, clock.isAwaited, due > clock.time.now().wall {
                clock.advance(by: .milliseconds(due - clock.time.now().wall))
            }
            return false
        }
        return now
    }

    /// Reports an event; it has to reach the cloud, whatever happens.
    func report(_ number: Int) async {
        let message = Message(
            header: Header(id: "event-\(number)", timestamp: 1),
            route: Route(source: .edged, group: .resource, operation: .insert, resource: "demo/event/e"),
            content: Content(["n": JSONValue(integer: number)]))
        _ = await inbox.send(.fromModule(message, PlanBench.edged))
    }

    /// What is stored of a configmap's number.
    func stored(_ name: String) throws -> Int? {
        let object = try reader.read { view throws(StoreError) in try view.object("demo/configmap/\(name)") }
        return try object.flatMap { try JSONValue(parsing: $0.value)["data"]?["n"]?.text }.flatMap { Int($0) }
    }

    /// How many entries wait for the cloud.
    var outbox: Int { loop.status.outbox.states + loop.status.outbox.facts }
}
