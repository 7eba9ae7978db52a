internal import ArgumentParser
internal import Beehive
internal import MetaServer

/// `metamanager explain TYPE/NAME`: why an object is as it is.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show why an object is as it is; exit code 1 when node and cloud disagree.",
        discussion: """
            Shows what is stored, the version that the cloud told last, the last messages about the object with what \
            they came to, what of it waits for the cloud, and who watches it or asked for it. No value is shown.

            Exit codes: 0 node and cloud agree, 1 they do not, or nothing is known of the object.
            """)

    @Argument(help: "The object: TYPE/NAME, or NAMESPACE/TYPE/NAME; types as for get.")
    var object: String

    @Option(name: .shortAndLong, help: "The namespace.")
    var namespace = "default"

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        let parts = object.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !parts.contains(where: \.isEmpty) else {
            throw ValidationError("name the object as TYPE/NAME, such as configmap/settings")
        }
    }

    func run() throws {
        var parts = object.split(separator: "/").map(String.init)
        let namespace = parts.count == 3 ? parts.removeFirst() : self.namespace
        let type = TypeNames.type(parts[0])
        var target =
            "/metamanager/v1/explain?type=\(GetCommand.escaped(type.rawValue))&name=\(GetCommand.escaped(parts[1]))"
        if !TypeNames.isClusterScoped(type) { target += "&namespace=\(GetCommand.escaped(namespace))" }
        let answer = try daemon.get(target)
        guard let report = answer.json else { throw Failure.io("the daemon's answer is unreadable") }
        if output == .json { Diagnostics.result(answer.body) } else { Diagnostics.result(Self.text(report)) }
        if report["divergent"] != false { throw ExitCode(1) }
    }

    static func text(_ report: JSONValue) -> String {
        func text(_ value: JSONValue?) -> String {
            guard let value, value != .null, value.text != "" else { return "-" }
            return OneLine.of(value.text ?? String(decoding: value.json, as: UTF8.self), limit: 300)
        }
        func because(_ value: JSONValue?) -> String {
            value?.text.flatMap { $0.isEmpty ? nil : " (\(text(value)))" } ?? ""
        }
        let (stored, cloud) = (report["stored"] ?? .null, report["cloud"] ?? .null)
        var lines = [
            "object     \(text(report["key"]))",
            stored == .null
                ? "stored     no\(report["deleted"] == true ? ", the cloud deleted it" : "")"
                : "stored     version \(text(stored["version"])), uid \(text(stored["uid"])), revision "
                    + "\(text(stored["revision"])), \(text(stored["age"])) s old, \(text(stored["origin"]))"
                    + (stored["sealed"] == true ? ", sealed (key \(text(report["sealing"])))" : ""),
            cloud == .null
                ? "cloud      has not told of it since the daemon runs"
                : "cloud      version \(text(cloud["version"])), seen \(text(cloud["seen"])): "
                    + "\(text(cloud["outcome"]))\(because(cloud["reason"]))",
            "watchers   \(text(report["watchers"]))",
        ]
        for asker in report["asked"]?.elements ?? [] {
            lines.append(
                "asked      by \(text(asker["source"])), \(text(asker["times"])) times, last \(text(asker["last"]))")
        }
        for entry in report["pending"]?.elements ?? [] {
            switch entry["kind"]?.text {
            case "outbox":
                lines.append(
                    "pending    \(text(entry["class"])) \(text(entry["id"])) about \(text(entry["key"])), "
                        + "\(text(entry["age"])) s old\(entry["sent"] == true ? ", on its way" : "")")
            default:
                lines.append(
                    "\(entry["kind"]?.text == "conflict" ? "conflict  " : "pending   ") \(text(entry["verb"])) by "
                        + "\(text(entry["caller"])), \(text(entry["age"])) s old\(because(entry["problem"]))"
                        + because(entry["message"]))
            }
        }
        for message in report["messages"]?.elements ?? [] {
            lines.append(
                "message    \(text(message["time"])) \(text(message["source"])) \(text(message["operation"])) "
                    + "\(text(message["resource"])) \(text(message["id"])): \(text(message["outcome"]))"
                    + because(message["reason"]))
        }
        for cause in report["why"]?.elements ?? [] { lines.append("divergent  \(text(cause))") }
        if report["divergent"] == false {
            lines.append("agreement  node and cloud agree, as far as this node can tell")
        }
        return lines.joined(separator: "\n")
    }
}
