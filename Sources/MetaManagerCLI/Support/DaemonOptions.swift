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
        guard let path = try settings().metaServer.socket else {
            throw Failure.badConfiguration("metaserver.socket is off: name the daemon's socket with --socket")
        }
        return APIClient(path: path, timeout: timeout)
    }

    /// Where the daemon is does not depend on other keys of the file: it runs on what it read before they were wrong, and
    /// `status` tells what it thinks of them.
    private func settings() throws -> Settings {
        let environment = ConfigurationOptions.environment()
        do {
            return try configuration.read().settings
        } catch let error as ConfigurationError {
            let file = configuration.path.flatMap { try? ConfigurationFile.load($0) }
            let settings = file.flatMap {
                ConfigurationReader.despiteFaults(
                    file: $0, environment: environment, flags: configuration.settings, keys: ["metaserver.socket"])
            }
            guard let settings else {
                defer { Diagnostics.note("--socket PATH asks a running daemon all the same") }
                return try configuration.load().settings
            }
            let first = error.problems.first.map { ": \($0)" } ?? ""
            Diagnostics.note(
                "\(configuration.path ?? "the configuration") has faults\(first); the daemon is asked all the same")
            return settings
        } catch {
            return try configuration.load().settings
        }
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
