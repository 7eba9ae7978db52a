public import Beehive

/// Objects of one kind as `meta.k8s.io` Tables, which is what `kubectl get` asks for.
///
/// Made once for a request: a custom kind's paths are read when it is made, not for each object.
public struct ObjectTable: Sendable {
    /// What a row carries of its object besides the cells.
    public enum Included: String, Sendable {
        /// Nothing.
        case none = "None"
        /// The object's metadata.
        case metadata = "Metadata"
        /// The whole object.
        case object = "Object"

        /// Reads `includeObject` of a query.
        ///
        /// - Parameter query: the query's fields.
        /// - Throws: a 400 for a word that is none of these.
        public init(_ query: [QueryField]) throws(APIFailure) {
            let word = query.first { $0.name == "includeObject" }?.value ?? ""
            guard let included = Included(rawValue: word.isEmpty ? "Metadata" : word) else {
                throw .badRequest(
                    "includeObject: Invalid value: \"\(SelectorBounds.shown(word))\": "
                        + "must be 'Metadata', 'Object', 'None', or empty")
            }
            self = included
        }
    }

    private let printer: RowPrinter
    private let included: Included
    private let version: String

    /// Makes the tables of one kind.
    ///
    /// - Parameters:
    ///   - kind: the kind.
    ///   - columns: those that a custom kind's definition asks for; nil for none.
    ///   - included: what a row carries of its object.
    ///   - version: the version of `meta.k8s.io` that was asked for.
    public init(
        kind: KubeKind, columns: [PrinterColumn]? = nil, included: Included = .metadata, version: String = "v1"
    ) {
        printer = .of(kind, columns: columns)
        self.included = included
        self.version = version
    }

    /// The table of a list.
    ///
    /// - Parameters:
    ///   - objects: the list's objects.
    ///   - metadata: the list's own metadata.
    ///   - now: milliseconds since 1970, from which ages are told.
    /// - Returns: a Table with its columns and a row for each object.
    public func list(_ objects: [JSONValue], metadata: JSONValue, now: Int64) -> JSONValue {
        list(rows: objects.map { row($0, now: now) }, metadata: metadata)
    }

    /// The table of a list whose rows are made already: whoever makes them one by one need not hold the objects.
    ///
    /// - Parameters:
    ///   - rows: what `row` made of the list's objects.
    ///   - metadata: the list's own metadata.
    /// - Returns: a Table with its columns.
    public func list(rows: [JSONValue], metadata: JSONValue) -> JSONValue {
        table(rows, metadata: metadata, withColumns: true)
    }

    /// The table of one object, for an answer or an event of a watch.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - withColumns: false for all but the first event of a watch.
    ///   - now: milliseconds since 1970, from which ages are told.
    /// - Returns: a Table with one row.
    public func object(_ object: JSONValue, withColumns: Bool = true, now: Int64) -> JSONValue {
        var metadata: JSONValue = [:]
        if let version = object["metadata"]?["resourceVersion"] { metadata["resourceVersion"] = version }
        return table([row(object, now: now)], metadata: metadata, withColumns: withColumns)
    }

    /// One object's row.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - now: milliseconds since 1970, from which ages are told.
    /// - Returns: the row, with as many cells as there are columns.
    public func row(_ object: JSONValue, now: Int64) -> JSONValue {
        let view = ObjectView(object)
        var row: JSONValue = ["cells": .array(printer.cells(PrintedObject(object: view, now: now)))]
        if let conditions = printer.conditions(view) { row["conditions"] = conditions }
        row["object"] =
            switch included {
            case .none: .null
            case .metadata: PartialMetadata.object(object, version: version)
            case .object: object
            }
        return row
    }

    private func table(_ rows: [JSONValue], metadata: JSONValue, withColumns: Bool) -> JSONValue {
        [
            "kind": "Table", "apiVersion": JSONValue(text: "meta.k8s.io/\(version)"), "metadata": metadata,
            "columnDefinitions": .array(withColumns ? printer.columns.map(\.json) : []), "rows": .array(rows),
        ]
    }
}
