import Beehive
import MetaManager
import MetaStore
import ServiceLifecycle

@testable import EdgeHub

/// A real loop with a real store, and a folder as its cloud, for services that stand on the bus.
final class LoopNode: Sendable {
    let folder: TemporaryFolder
    let bus: ModuleBus
    let source: DirectorySource
    private let inbox: Inbox<Input>
    private let loop: MetadataLoop
    private let thread = LoopThread()

    init(_ folder: TemporaryFolder) throws {
        self.folder = folder
        let inbox = Inbox<Input>(capacity: 64)
        let now = SystemTime().now()
        bus = NodeAgentServiceTests.bus(Intake(inbox))
        source = DirectorySource(
            settings: DirectorySourceTests.settings(folder), inbox: inbox, logger: NodeAgentServiceTests.quiet)
        loop = MetadataLoop(
            store: try MetaStore(path: "\(folder.path)/edgecore.db", now: now.wall),
            planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox, bus: bus, cloud: source)
        self.inbox = inbox
    }

    /// Runs the folder and a service beside a body, and ends all of it.
    func run(_ service: any Service, _ body: @Sendable () async throws -> Void) async throws {
        thread.start { [loop] in loop.run() }
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.source.run() }
                group.addTask { try await service.run() }
                defer { group.cancelAll() }
                try await body()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        inbox.close()
        await thread.join()
        try outcome.get()
    }

    /// What is stored under a key.
    func stored(_ key: String) throws -> JSONValue? {
        let reader = try StoreReader(path: "\(folder.path)/edgecore.db")
        let object = try reader.read { view throws(StoreError) in try view.object(key) }
        return try object.map { try JSONValue(parsing: $0.value) }
    }
}
