import Beehive
import Glibc
import Logging
import ServiceLifecycle

/// `mesh-agent SOCKET`: runs until it is told to end by SIGTERM or SIGINT.
@main
struct MeshAgentProgram {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            say("usage: mesh-agent SOCKET (the daemon's modules.socket.path)")
            exit(64)
        }
        // A group of services ends them in order when a signal comes.
        let group = ServiceGroup(
            services: [MeshAgent(socket: CommandLine.arguments[1])],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "mesh-agent"))
        try await group.run()
        say("ended in order")
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
