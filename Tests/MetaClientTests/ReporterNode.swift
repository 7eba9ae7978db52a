import Beehive
import BeehiveSocket
import EdgeHub
import Glibc
import Logging
import MetaClient
import MetaManager
import MetaStore
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The parts of a daemon that a reporter needs, in the test's process: store, loop, module socket, and a folder or nothing
/// in the cloud's place.
struct ReporterNode: Sendable {
    let folder: String
    let reporter: NodeReporter
    let cloud: DirectorySource?
    private let store: StoreReader

    /// What is stored under a key.
    func stored(_ key: String) throws -> JSONValue? {
        let object = try store.read { view throws(StoreError) in try view.object(key) }
        return try object.map { try JSONValue(parsing: $0.value) }
    }

    /// A file that the folder's cloud has written.
    func reported(_ name: String) -> String {
        guard let file = fopen("\(folder)/status/\(name)", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    /// Runs a test on a node of its own.
    ///
    /// - Parameters:
    ///   - name: as what the reporter attaches.
    ///   - hasCloud: whether there is a cloud; else the link is down.
    ///   - body: the test.
    /// - Throws: what the test throws.
    static func with(
        as name: ModuleName = .edged, hasCloud: Bool = true, _ body: (ReporterNode) async throws -> Void
    ) async throws {
        var template = Array("/tmp/reporter.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServedStore.Trouble(description: "no folder for the test") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(folder) }
        try write(manifests, to: "\(folder)/manifests", file: "all.yaml")
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let time = SystemTime()
        let inbox = Inbox<Input>(capacity: 1024)
        let bus = ModuleBus(
            intake: Intake(inbox), owed: { RelistTypes.of($0) },
            relist: { RelistTypes.frame(for: $0, types: $1, id: "relist", at: SystemTime().now()) })
        let cloud =
            hasCloud
            ? DirectorySource(
                settings: DirectorySettings(folder: "\(folder)/manifests", statusFolder: "\(folder)/status"),
                inbox: inbox, logger: silent) : nil
        let port: any CloudPort = cloud ?? NoCloud()
        let loop = MetadataLoop(
            store: try MetaStore(path: "\(folder)/edgecore.db", now: time.now().wall),
            planner: Planner(settings: PlanningSettings(), now: time.now()), inbox: inbox, bus: bus, cloud: port)
        let thread = LoopThread()
        thread.start { loop.run() }
        let server = BeehiveSocketServer(
            settings: SocketSettings(path: "\(folder)/beehive.sock"), bus: bus, intake: Intake(inbox),
            group: MultiThreadedEventLoopGroup.singleton, logger: silent)
        var services: [any Service] = [server]
        if let cloud { services.append(cloud) }
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: silent))
        var failure: (any Error)?
        do {
            try await server.bind()
            async let running: Void = group.run()
            do { try await attach(name, folder, cloud, body) } catch { failure = error }
            await group.triggerGracefulShutdown()
            try await running
        } catch {
            failure = failure ?? error
        }
        inbox.close()
        await thread.join()
        if let failure { throw failure }
    }

    private static func attach(
        _ name: ModuleName, _ folder: String, _ cloud: DirectorySource?, _ body: (ReporterNode) async throws -> Void
    ) async throws {
        var options = BeehiveModuleClient.Options()
        // A slow machine may take its time to attach a module.
        options.attachTimeout = .seconds(60)
        let module = try await BeehiveModuleClient.connect(
            path: "\(folder)/beehive.sock", name: name, on: MultiThreadedEventLoopGroup.singleton, options: options)
        let store = try StoreReader(path: "\(folder)/edgecore.db")
        let node = ReporterNode(folder: folder, reporter: NodeReporter(module: module), cloud: cloud, store: store)
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in module.messages {} }
            do {
                if cloud != nil { try await eventually("the pod") { try node.stored("site/pod/p") != nil } }
                try await body(node)
            } catch {
                failure = error
            }
            group.cancelAll()
        }
        await module.close()
        store.close()
        if let failure { throw failure }
    }

    private static let manifests = """
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
        ---
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "site", "uid": "u1"},
         "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}}
        """

    private static func write(_ text: String, to folder: String, file: String) throws {
        mkdir(folder, 0o700)
        guard let file = fopen("\(folder)/\(file)", "w") else {
            throw ServedStore.Trouble(description: "cannot write into \(folder)")
        }
        fputs(text, file)
        fclose(file)
    }

    /// Removes a folder with all that is in it.
    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
