package import Beehive

/// The reference of all keys, made from the table: `metamanager config reference` and `docs/configuration.md`.
package enum ConfigurationReference {
    /// The groups of keys in their order, each with what it is about.
    private static let groups: [(name: String, title: String)] = [
        ("meta", "The store and what MetaManager does with it"), ("edgehub", "The link to the cloud"),
        ("node", "The Node object of this machine"), ("modules", "The modules of the node and how they attach"),
        ("metaserver", "The local Kubernetes API"), ("trace", "The recording of decisions"), ("log", "The log"),
    ]

    /// The document, with all its keys.
    package static var markdown: String {
        var text = """
            # Configuration

            Made by `metamanager config reference` from the table that the program reads with; a test compares the two. Do not edit it.

            The file is YAML. Its keys nest: `meta.sync.podstatus.interval` is `interval` below `podstatus` below `sync` below `meta`. `conf/edge.yaml`
            has every key at its default. Each key can be set by a flag, `--set meta.sync.podstatus.interval=30`, or by a variable of the environment,
            `METAMANAGER_META_SYNC_PODSTATUS_INTERVAL=30`. Flags win over the environment, the environment over the file, the file over the default.
            `metamanager config check FILE` finds all faults at once; `metamanager config show` says who set what, and with `--running` what the daemon
            runs with.

            A *live* key applies within a second after the file has changed, or on SIGHUP; the link stays up. A *restart* key applies at the next start; until
            then a changed one is listed as pending in `metamanager status`. A file with a fault changes nothing.

            A file with `kind: EdgeCore` is KubeEdge's own `edgecore.yaml`; the last column has the names there. The defaults that it changes are
            named beside the usual ones. `DB` stands for the folder of `meta.database.path`.

            Durations are seconds, or a number with `ms`, `s`, `m`, `h` or `d`. Sizes are bytes, or a number with `KiB`, `MiB` or `GiB` (1024), `K`, `M` or `G` (1000).

            """
        for group in groups {
            text += "\n## \(group.title)\n\n"
            text +=
                "| key | meaning | wants | default | applies | in edgecore.yaml |\n| --- | --- | --- | --- | --- | --- |\n"
            for key in ConfigurationKey.all where key.name.hasPrefix(group.name + ".") {
                let cells = [
                    "`\(key.name)`", key.summary + (key.secret ? " Never shown." : ""), key.kind.reference,
                    standard(of: key), key.applies.rawValue, names(of: key).map { "`\($0)`" }.joined(separator: "<br>"),
                ]
                text += "| \(cells.map(escaped).joined(separator: " | ")) |\n"
            }
        }
        return text
    }

    /// The rows as JSON.
    package static var json: JSONValue {
        .array(
            ConfigurationKey.all.map { key in
                [
                    "key": JSONValue(text: key.name), "wants": JSONValue(text: key.kind.reference),
                    "default": key.standard.shown.map { JSONValue(text: $0) } ?? .null,
                    "applies": JSONValue(text: key.applies.rawValue), "secret": .bool(key.secret),
                    "variable": JSONValue(text: key.variable), "summary": JSONValue(text: key.summary),
                    "edgecore": .array(names(of: key).map { JSONValue(text: $0) }),
                ]
            })
    }

    /// KubeEdge's names of a key.
    private static func names(of key: ConfigurationKey) -> [String] {
        EdgeCoreForm.names.filter { $0.value == key.name }.map(\.key).sorted()
    }

    private static func standard(of key: ConfigurationKey) -> String {
        let usual = key.standard.shown.map { "`\($0)`" } ?? "–"
        guard let other = key.kubeEdgeStandard?.shown else { return usual }
        return "\(usual); with KubeEdge's file `\(other)`"
    }

    /// A bar would end the cell.
    private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

extension ConfigurationDefault {
    /// The default as the reference shows it; nil when there is none.
    fileprivate var shown: String? {
        switch self {
        case .none: nil
        case .text(let text): text.isEmpty ? "\"\"" : text
        case .besideDatabase(let file): "DB/\(file)"
        case .hostName: "the host name"
        }
    }
}

extension ConfigurationKind {
    /// The type with its range, in a few words.
    var reference: String {
        switch self {
        case .duration(let range):
            "duration, \(DurationText.print(range.lowerBound)) to \(Self.print(range.upperBound))"
        case .size(let range): "size, \(SizeText.print(range.lowerBound)) to \(SizeText.print(range.upperBound))"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .boolean: "`true` or `false`"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let words?): "list of \(words.map { "`\($0)`" }.joined(separator: ", "))"
        case .list(nil): "list of words"
        case .map: "mapping of names to values"
        case .path: "path"
        case .text: "text"
        case .name: "name: lower-case letters, digits, `-`, `.`"
        case .address: "`host:port`, or `\"\"` for off"
        case .url(let schemes): "URL with \(schemes.map { "`\($0)://`" }.joined(separator: " or "))"
        case .mode: "access bits in octal"
        case .window: "an age, a number of changes, or both"
        }
    }

    /// A year reads better than 8760h.
    private static func print(_ duration: Duration) -> String {
        duration == .seconds(86_400) ? "1d" : DurationText.print(duration)
    }
}
