internal import ArgumentParser
internal import Beehive
internal import MetaServer

/// `metamanager outbox conflicts`: writes of the local API that the cloud did not take, kept until somebody has seen them.
struct OutboxConflictsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "Show what was written on this node and the cloud did not take.",
        discussion: """
            The cloud's object stands; what was written here is kept. To write it again over the cloud's newer version: \
            `outbox conflicts KEY --object > FILE`, look at it, `kubectl replace -f FILE`. Then \
            `outbox conflicts KEY --forget`.
            """)

    @Argument(help: "The key of one, as the list shows it.")
    var key: String?

    @Flag(help: "Print the object as it was written here, as JSON, ready to be written again: without its old version.")
    var object = false

    @Flag(help: "Forget it, or with --all all of them.")
    var forget = false

    @Flag(help: "With --forget: all of them.")
    var all = false

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if object && (key == nil || forget) { throw ValidationError("--object wants a key, and no --forget") }
        if forget && (key != nil) == all { throw ValidationError("name one to forget, or say --all") }
        if all && !forget { throw ValidationError("--all goes with --forget") }
    }

    func run() throws {
        let answer = try daemon.get("/metamanager/v1/conflicts")
        let entries = (answer.json?["conflicts"]?.elements ?? []).filter { key == nil || Self.text($0, "key") == key }
        if let key, entries.isEmpty {
            throw Failure.badInput("there is no conflict \(key); `outbox conflicts` lists them")
        }
        if forget { return try forget(entries) }
        if object {
            guard let object = entries.first?["object"], object != .null else {
                throw Failure.badInput("it was a deletion: no object is kept")
            }
            return Diagnostics.result(Self.withoutVersion(object).json)
        }
        if output == .json {
            return Diagnostics.result(key == nil ? answer.body : JSONValue.array(entries).json)
        }
        guard !entries.isEmpty else {
            let waiting = answer.json?["pending"]?.elements.count ?? 0
            return Diagnostics.result(
                waiting == 0
                    ? "no conflicts; nothing that was written here waits for the cloud"
                    : "no conflicts; \(waiting) written here \(waiting == 1 ? "waits" : "wait") for the cloud's answer")
        }
        Diagnostics.result(Self.table(entries))
    }

    /// An object without what ties it to the version that it was made from, and what servers write into it: the cloud
    /// would refuse it for being old once more.
    static func withoutVersion(_ object: JSONValue) -> JSONValue {
        var object = object
        guard var metadata = object["metadata"] else { return object }
        for name in ["resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "selfLink"] {
            metadata[name] = nil
        }
        object["metadata"] = metadata
        return object
    }

    /// One line for each, with the cloud's reason.
    static func table(_ entries: [JSONValue]) -> String {
        var table = TextTable(headings: ["KEY", "OBJECT", "WRITE", "WRITTEN", "REASON", "MESSAGE"])
        for entry in entries {
            let place = [text(entry, "namespace"), text(entry, "name")].filter { !$0.isEmpty }.joined(separator: "/")
            table.rows.append([
                text(entry, "key"), "\(entry["resource"]?["plural"]?.text ?? "?") \(place)", text(entry, "verb"),
                text(entry, "changed"), text(entry, "reason"), OneLine.of(text(entry, "message"), limit: 100),
            ])
        }
        return table.text
    }

    private func forget(_ entries: [JSONValue]) throws {
        for entry in entries {
            _ = try daemon.post(
                "/metamanager/v1/conflicts/drop?key=\(GetCommand.escaped(Self.text(entry, "key")))")
        }
        Diagnostics.result(entries.count == 1 ? "forgotten" : "\(entries.count) forgotten")
    }

    private static func text(_ entry: JSONValue, _ key: String) -> String { entry[key]?.text ?? "" }
}
