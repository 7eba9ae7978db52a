import Beehive
import BeehiveSocket
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A server on a socket in a folder of its own, for the length of a test.
struct SocketFixture {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let folder: String
    let path: String
    let intake = RecordingIntake()
    let bus: ModuleBus
    let group: MultiThreadedEventLoopGroup
    let server: BeehiveSocketServer

    init(
        limits: MailboxLimits = MailboxLimits(), owed: Set<ResourceType> = [], isInNewFolder: Bool = false,
        change: (inout SocketSettings) -> Void = { _ in }
    ) throws {
        var template = Array("/tmp/beehive-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RawPeer.Trouble(what: "mkdtemp: \(errno)") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = isInNewFolder ? folder + "/new/run/beehive.sock" : folder + "/beehive.sock"
        // A slow machine may take its time to attach.
        var settings = SocketSettings(path: path, attachTimeout: .seconds(60))
        change(&settings)
        bus = ModuleBus(
            limits: limits, intake: intake, owed: { _ in owed },
            relist: { _, types in
                Message(
                    header: Header(id: "relist", timestamp: 1),
                    route: Route(source: .metaManager, group: .meta, operation: .relist, resource: "module"),
                    content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
            })
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        server = BeehiveSocketServer(
            settings: settings, bus: bus, intake: intake, group: group,
            logger: Self.silent)
    }

    /// Serves while the body runs, then shuts down as the program does.
    func serve(_ body: (SocketFixture) async throws -> Void) async throws {
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server], logger: Self.silent))
        var failure: (any Error)?
        do {
            try await server.bind()
            async let running: Void = services.run()
            do {
                try await body(self)
            } catch {
                failure = error
            }
            await services.triggerGracefulShutdown()
            try await running
        } catch {
            failure = failure ?? error
        }
        try await group.shutdownGracefully()
        for path in [path, folder + "/new/run", folder + "/new"] { if unlink(path) != 0 { rmdir(path) } }
        rmdir(folder)
        if let failure { throw failure }
    }

    func deliver(_ messages: Message..., to name: ModuleName) {
        bus.deliver(messages.map { (.module(name), $0) })
    }
}

/// Waits until a condition holds, for a minute at most.
func until(_ condition: () -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(60)
    while !condition() {
        guard clock.now < end else { throw RawPeer.Trouble(what: "the condition never held") }
        try await Task.sleep(for: .milliseconds(1))
    }
}
