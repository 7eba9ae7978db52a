import BeehiveSocket
import Glibc
import Logging
import MetaClient
import NIOPosix
import ServiceLifecycle

/// `metadata API-SOCKET MODULE-SOCKET`: runs until it is told to end by SIGTERM or SIGINT.
@main
struct MetadataProgram {
    static func main() async throws {
        guard CommandLine.arguments.count == 3 else {
            say("usage: metadata API-SOCKET MODULE-SOCKET (the daemon's metaserver.socket and modules.socket.path)")
            exit(64)
        }
        let client = MetaClient(path: CommandLine.arguments[1])
        try await Inventory(client: client).print()
        try await reportSomething(client, socket: CommandLine.arguments[2])
        let group = ServiceGroup(
            services: [SettingsWatcher(client: client)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "metadata"))
        try await group.run()
        say("ended in order")
    }

    /// What an agent reports goes through its module, and reaches the cloud when it can be reached.
    private static func reportSomething(_ client: MetaClient, socket: String) async throws {
        let module = try await BeehiveModuleClient.connect(
            path: socket, name: "inventory", on: MultiThreadedEventLoopGroup.singleton)
        let reporter = NodeReporter(module: module)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A module's messages have to be taken, whoever it is.
            group.addTask { for await _ in module.messages {} }
            try await Reports(reporter: reporter, client: client).send()
            group.cancelAll()
        }
        await module.close()
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
