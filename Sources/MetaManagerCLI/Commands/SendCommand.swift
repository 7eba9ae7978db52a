internal import ArgumentParser
internal import Beehive
internal import BeehiveSocket
internal import MetaManagerApp
internal import NIOPosix

/// `metamanager send`: attaches as the module that the message names as its source, and sends it.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send a message as the module named in its route.source; prints the answer of a sync one.",
        discussion: "While it is attached it takes the place of a module of that name.")

    @Argument(help: "A file with one message in JSON, or - for standard input.")
    var file: String

    @Option(help: "How many seconds to wait for the answer.")
    var wait = 60

    @Option(help: "The KubeEdge release whose forms are expected, such as 1.2.")
    var release = ""

    @OptionGroup var options: ConfigurationOptions

    @Option(
        name: .customLong("module-socket"), help: "The modules' socket; found through the configuration if not named.")
    var socket: String?

    func run() async throws {
        let message = try read()
        guard !message.route.source.isEmpty else {
            throw Failure.badInput("\(file): the message has no route.source to attach as")
        }
        let path = try socket ?? options.load().settings.modules.socketPath
        let client: BeehiveModuleClient
        do {
            client = try await BeehiveModuleClient.connect(
                path: path, name: message.route.source, release: release, on: MultiThreadedEventLoopGroup.singleton)
        } catch let error as ModuleClientError where error.code == .unreachable {
            throw Failure.unreachable(error.description)
        } catch {
            throw Failure.badInput("\(error)")
        }
        do {
            if message.header.sync {
                let answer = try await client.request(message, within: .seconds(wait))
                Diagnostics.result(MessageEncoder.encode(answer)[...])
                await client.close()
                if answer.route.operation == .error { throw ExitCode(1) }
            } else {
                try await client.send(message)
                await client.close()
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Failure.unreachable("\(error)")
        }
    }

    private func read() throws -> Message {
        var bytes: [UInt8] = []
        do {
            var reader = try LineReader(path: file)
            while let line = try reader.next() { bytes += line + [UInt8(ascii: "\n")] }
            reader.close()
        } catch {
            throw Failure.badInput("\(error)")
        }
        guard !bytes.isEmpty else {
            throw Failure.badInput("\(file): there is nothing to read in it; wants one message in JSON")
        }
        do {
            return try MessageDecoder().decode(bytes[...])
        } catch {
            throw Failure.badInput("\(file): \(error)")
        }
    }
}
