internal import ArgumentParser

/// `metamanager version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() {
        #if DEBUG
            let build = "debug"
        #else
            let build = "release"
        #endif
        if output == .json {
            print(#"{"version":"\#(Version.text)","build":"\#(build)"}"#)
        } else {
            print("metamanager \(Version.text) (\(build))")
        }
    }
}
