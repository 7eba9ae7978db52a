internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManagerApp

/// `metamanager kubeconfig`: what kubectl and client libraries need to use the local API.
struct KubeconfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print a kubeconfig for the local API.",
        discussion: """
            Uses the configuration alone; the daemon need not run, but must have run once, for its token and its CA. \
            kubectl sends no token over plain HTTP: set metaserver.tls.mode: self-signed, unless metaserver.auth.mode \
            is none.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file, mode 0600, instead of printing.", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The file with the token to use; the node's own (metaserver.auth.token-file) if not named.",
            valueName: "file"))
    var tokenFile: String?

    @Flag(help: "Replace the file of --output whatever it holds; without this only what this command wrote.")
    var force = false

    @Flag(help: "Put the token itself in, in place of its file's name: for use as another user or on other machines.")
    var embedToken = false

    @Option(
        help: ArgumentHelp(
            "The CA of the API's certificate; found through the configuration if not named.", valueName: "file"))
    var caFile: String?

    func run() throws {
        let settings = try configuration.load().settings
        guard let url = settings.metaServer.url else {
            throw Failure.badConfiguration(
                "metaserver.server is off, and kubectl knows no Unix sockets: give it an address")
        }
        var made = Kubeconfig(server: url)
        if settings.metaServer.authentication != .none {
            guard settings.metaServer.tls != .off else {
                throw Failure.badConfiguration(
                    "kubectl sends no token over plain HTTP: set metaserver.tls.mode: self-signed, and restart the daemon"
                )
            }
            let path = tokenFile ?? settings.metaServer.tokenFile
            // Read in any case: a name that leads nowhere would be told by kubectl alone, and late.
            let secret = try token(path)
            made.user = embedToken ? .token(secret) : .tokenFile(try absolute(path))
        }
        if let path = caFile ?? settings.metaServer.caFile(settings.meta) {
            made.authority = try read(path, hint: "start the daemon once, which makes it")
        }
        guard let output else { return Diagnostics.result(String(made.yaml.dropLast())) }
        try write(made.yaml, to: output)
    }

    private func token(_ path: String) throws -> String {
        let text = String(decoding: try read(path, hint: "start the daemon once, which makes it"), as: UTF8.self)
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty else { throw Failure.badInput("\(path) holds no token") }
        return token
    }

    private func read(_ path: String, hint: String) throws -> [UInt8] {
        do {
            return try ConfigurationFile.load(path)
        } catch {
            throw Failure.badInput("\(error); \(hint)")
        }
    }

    /// kubectl takes names in a kubeconfig from the kubeconfig's own folder.
    private func absolute(_ path: String) throws -> String {
        guard !path.hasPrefix("/") else { return path }
        guard let folder = getcwd(nil, 0) else { throw Failure.io("the working folder is gone: name an absolute path") }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }

    private func write(_ text: String, to path: String) throws {
        try checkReplaceable(path)
        let draft = "\(path).new.\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure.cannotCreate("cannot make \(path): \(String(cString: strerror(errno))); name another file")
        }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            throw Failure.io(
                "cannot write \(path): \(String(cString: strerror(errno))); free space, or name another file")
        }
        Diagnostics.note("export KUBECONFIG=\(try absolute(path))")
    }

    /// Other clusters' credentials are not to be lost to a name.
    private func checkReplaceable(_ path: String) throws {
        guard !force, access(path, F_OK) == 0 else { return }
        let held = try ConfigurationFile.load(path)
        guard held.isEmpty || held.starts(with: Kubeconfig.mark.utf8) else {
            throw Failure.cannotCreate(
                "\(path) is there already, and not of this command: name another file, or --force")
        }
    }
}
