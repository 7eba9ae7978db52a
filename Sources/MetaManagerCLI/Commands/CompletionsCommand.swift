internal import ArgumentParser

/// `metamanager completions SHELL`.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print the completion script of a shell.",
        discussion: "For bash: source <(metamanager completions bash)")

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func validate() throws {
        guard CompletionShell(rawValue: shell) != nil else {
            throw ValidationError("no completions for '\(shell)': want bash, zsh or fish")
        }
    }

    func run() {
        guard let shell = CompletionShell(rawValue: shell) else { return }
        Diagnostics.result(MetaManagerCommand.completionScript(for: shell))
    }
}
