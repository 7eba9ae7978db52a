internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp
internal import MetaServer

/// The options of commands that ask the daemon.
struct DaemonOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "The daemon's API socket; found through the configuration if not named.")
    var socket: String?

    /// A client for the daemon's socket.
    ///
    /// - Parameter timeout: how long the daemon may be silent.
    /// - Returns: the client; it connects with each call.
    /// - Throws: exit code 78 when the configuration does not name it.
    func client(timeout: Duration = .seconds(30)) throws -> APIClient {
        if let socket { return APIClient(path: socket, timeout: timeout) }
        guard let path = try configuration.load().settings.metaServer.socket else {
            throw Failure.badConfiguration("metaserver.socket is off: name the daemon's socket with --socket")
        }
        return APIClient(path: path, timeout: timeout)
    }

    /// Asks the daemon.
    ///
    /// - Throws: exit code 69 when it is not reachable, 1 when it says no, after one line that says why.
    func get(_ target: String) throws -> APIClient.Answer { try call { try client().get(target) } }

    /// Tells the daemon, which may be silent for a while where it has much to do.
    func post(_ target: String, timeout: Duration = .seconds(30)) throws -> APIClient.Answer {
        try call { try client(timeout: timeout).post(target) }
    }

    /// Says where the socket's path came from: the wrong file is the usual reason why nobody listens there.
    func unreachable(_ error: APIClientError) -> ExitCode {
        let origin =
            socket == nil ? " (configuration: \(configuration.path ?? "defaults"); --config names another)" : ""
        return Failure.unreachable(error.description + origin)
    }

    private func call(_ body: () throws -> APIClient.Answer) throws -> APIClient.Answer {
        do {
            let answer = try body()
            if let message = answer.message { throw Failure.no(message) }
            return answer
        } catch let error as APIClientError {
            throw unreachable(error)
        }
    }
}
