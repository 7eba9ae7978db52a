internal import ArgumentParser
internal import Beehive
internal import EdgeHub
internal import FakeCloud
internal import Glibc
internal import NIOCore
internal import NodePKI

/// `metamanager dev`: for people who try the program without a cluster.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "Tools for trying the program without a cluster.", shouldDisplay: false,
        subcommands: [DevCloudCommand.self])
}

/// `metamanager dev cloud`: a simulated CloudCore on loopback.
struct DevCloudCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud",
        abstract: "Run a simulated CloudCore on loopback until SIGINT; no cluster, no containers.",
        discussion: """
            Its objects come from a folder of manifests, which is looked at once a second. It makes its certificate authority \
            and a join token in its own folder, and a configuration, edge.yaml, of a node that joins it:

                metamanager dev cloud examples/manifests
                metamanager run --config var/cloud/edge.yaml

            Each line it prints is something that happened: a node connected, an object was acknowledged. It forgets its \
            objects when it stops; what was removed from the folder meanwhile stays on the nodes.
            """)

    @Argument(help: "The folder of manifests.")
    var manifests = "examples/manifests"

    @Option(help: "The port of the websocket, on 127.0.0.1.")
    var port = 10_000

    @Option(name: .customLong("https-port"), help: "The port that certificates are got from, on 127.0.0.1.")
    var httpsPort = 10_002

    @Option(help: "Where the authority, the token and the node's files are.")
    var folder = "var/cloud"

    @Option(help: "The node that pods without a nodeName go to.")
    var node = "edge-node-1"

    @Option(help: "Where the node's local API is to listen, with TLS; empty for its Unix socket alone.")
    var api = "127.0.0.1:10550"

    @Option(help: "The release it speaks like: 1.23 or 1.2.")
    var release = "1.23"

    @Option(name: .customLong("certificate-lifetime"), help: "How many seconds a node's certificate lives.")
    var certificateLifetime = 365 * 86_400

    @Flag(
        name: .customLong("dynamic-controller"), inversion: .prefixedNo,
        help: "Whether the local API's requests are answered; a real cloud's dynamic controller is off by default.")
    var dynamicController = true

    func validate() throws {
        guard ["1.23", "1.2"].contains(release) else {
            throw ValidationError("--release is 1.23 or 1.2, not '\(release)'")
        }
        guard (1...65_535).contains(port), (1...65_535).contains(httpsPort), port != httpsPort else {
            throw ValidationError("--port and --https-port are two numbers from 1 to 65535")
        }
        guard certificateLifetime > 0 else { throw ValidationError("--certificate-lifetime is a number above 0") }
    }

    func run() async throws {
        var settings = FakeCloudCore.Settings(generation: release == "1.2" ? .classic : .current)
        settings.transport = .tls
        settings.port = port
        settings.httpsPort = httpsPort
        settings.hasDynamicController = dynamicController && release != "1.2"
        settings.certificateLifetime = .seconds(certificateLifetime)
        // A cloud forgets all when it stops; its versions must be above those that nodes got from an earlier run.
        settings.firstVersion = UInt64(max(0, SystemTime().now().wall))
        settings.onEvent = { Diagnostics.result("\(KubernetesTimestamp.text(SystemTime().now().wall)) \($0)") }
        let files = DevCloudFiles(folder: folder, node: node, api: api)
        let cloud: FakeCloudCore
        do {
            settings.authority = try files.authority(now: SystemTime().now().wall)
            cloud = try await FakeCloudCore.start(settings)
            try files.write(cloud)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw Failure.cannotCreate(
                "port \(port) or \(httpsPort) on 127.0.0.1 is taken: choose others with --port and --https-port")
        } catch {
            throw Failure.cannotCreate("the simulated cloud cannot start: \(error)")
        }
        let certificates = cloud.httpsURL.isEmpty ? "made by hand" : cloud.httpsURL
        Diagnostics.note("this CloudCore is simulated: websocket \(cloud.url), certificates \(certificates)")
        Diagnostics.note("in another terminal: metamanager run --config \(files.folder)/edge.yaml")
        if !api.isEmpty {
            Diagnostics.note(
                "then for kubectl: metamanager kubeconfig --config \(files.folder)/edge.yaml --output edge.kubeconfig")
        }
        await DevCloudObjects(cloud: cloud, folder: manifests, node: node).serveUntilSignal()
        await cloud.stop()
    }
}
