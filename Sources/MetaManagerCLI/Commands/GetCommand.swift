internal import ArgumentParser
internal import Beehive
internal import MetaManager
internal import MetaServer
internal import MetaStore

/// `metamanager get TYPE [NAME]`: stored objects, from the daemon or from a file.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show stored objects; exit code 1 when there is none of that name.")

    @Argument(help: "The type: singular, plural or short name, such as pods, cm or secret/login.")
    var type: String

    @Argument(help: "The object's name.")
    var name: String?

    @Option(name: .shortAndLong, help: "The namespace.")
    var namespace = "default"

    @Flag(name: [.customShort("A"), .customLong("all-namespaces")], help: "All namespaces.")
    var allNamespaces = false

    @Option(name: .shortAndLong, help: "table, wide, json, yaml or name.")
    var output = OutputForm.table

    @Option(help: "Read this file in place of asking the daemon.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        var (word, name) = (type, self.name)
        if name == nil, let slash = type.firstIndex(of: "/") {
            word = String(type[..<slash])
            name = String(type[type.index(after: slash)...])
        }
        let resource = TypeNames.type(word)
        let namespace = allNamespaces || TypeNames.isClusterScoped(resource) ? nil : namespace
        // In the order in which kubectl shows them; the daemon's is that of its rows.
        let rows = try read(resource, namespace: namespace, name: name).sorted { left, right in
            (left.path?.namespace ?? "", left.name) < (right.path?.namespace ?? "", right.name)
        }
        guard !rows.isEmpty else {
            let place = namespace.map { " in namespace \($0)" } ?? ""
            if let name {
                Diagnostics.note("NotFound: no \(resource) '\(name)'\(place) is stored")
                throw ExitCode(1)
            }
            if output == .json || output == .yaml { show(rows, isList: true) }
            Diagnostics.note("no \(resource) is stored\(place)")
            return
        }
        show(rows, isList: name == nil)
    }

    private func show(_ rows: [ObjectTable.Row], isList: Bool) {
        let now = SystemTime().now().wall
        switch output {
        case .table, .wide:
            let withNamespace = allNamespaces && !(rows.first.map { TypeNames.isClusterScoped($0.type) } ?? true)
            let table = ObjectTable.table(rows, isWide: output == .wide, withNamespace: withNamespace, now: now)
            Diagnostics.result(table.text)
        case .name: Diagnostics.result(rows.map { "\($0.type)/\($0.name)" }.joined(separator: "\n"))
        case .json, .yaml:
            let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(rows.map(\.value))]
            let value = isList ? list : rows.first?.value ?? list
            if output == .json {
                Diagnostics.result(value.json)
            } else {
                let text = YAMLText.text(value)
                Diagnostics.result(text.hasSuffix("\n") ? String(text.dropLast()) : text)
            }
        }
    }

    private func read(_ type: ResourceType, namespace: String?, name: String?) throws -> [ObjectTable.Row] {
        if let database { return try read(file: database, type, namespace: namespace, name: name) }
        var target = "/metamanager/v1/objects?type=\(Self.escaped(type.rawValue))"
        if let namespace { target += "&namespace=\(Self.escaped(namespace))" }
        if let name { target += "&name=\(Self.escaped(name))" }
        guard let rows = try daemon.get(target).json else { throw Failure.io("the daemon's answer is unreadable") }
        return try rows.elements.map { row in
            // One that was asked for by name has no other answer; in a list it is told beside the others.
            if let error = row["error"]?.text {
                if name != nil { throw Failure.no(error) }
                Diagnostics.note(error)
            }
            let key = row["key"]?.text ?? ""
            return ObjectTable.Row(
                path: try? ResourcePath(parsing: key), key: key, type: ResourceType(row["type"]?.text ?? ""),
                value: row["value"] ?? .null)
        }
    }

    private func read(
        file: String, _ type: ResourceType, namespace: String?, name: String?
    ) throws -> [ObjectTable.Row] {
        do {
            let reader = try StoreReader(path: file, sealing: SealingFile.sealing(file, key: keyFile))
            let rows = try reader.read { view throws(StoreError) in
                try MergedObjects.list(type: type, namespace: namespace, name: name, in: view.withFaults)
            }
            return try rows.map { row in
                if let fault = row.fault {
                    if name != nil { throw Failure.no(fault.description) }
                    Diagnostics.note(fault.description)
                }
                return ObjectTable.Row(
                    path: try? ResourcePath(parsing: row.key), key: row.key, type: row.type,
                    value: (try? JSONValue(parsing: row.value))
                        ?? JSONValue(text: String(decoding: row.value, as: UTF8.self)))
            }
        } catch {
            throw StoreFailure.exit(error)
        }
    }

    /// A word of a query, percent-encoded.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                || [45, 46, 95, 126].contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }
}

/// Failures of the store as exit codes.
enum StoreFailure {
    static func exit(_ error: any Error) -> any Error {
        guard let error = error as? StoreError else { return error }
        switch error.code {
        case .notADatabase, .schemaTooNew, .corrupt: return Failure.badInput(error.description)
        case .cannotOpen, .readOnly: return Failure.io(error.description)
        default: return Failure.io(error.description)
        }
    }
}
