internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Objects as rows of a table, or their metadata alone: made of the whole object's tree.
struct TransformedForm: AnswerForming {
    /// What becomes of an object.
    enum Shape: Sendable {
        case table(ObjectTable)
        case metadata(version: String)
    }

    let name: String
    private let shape: Shape
    private let whole: WholeForm
    private let time: any TimeSource

    init(kind: KubeKind, shape: Shape, name: String, time: any TimeSource) {
        whole = WholeForm(kind: kind)
        self.shape = shape
        self.name = "\(name) \(whole.name)"
        self.time = time
    }

    private func tree(_ object: StoredObject) -> JSONValue {
        (try? JSONValue(parsing: whole.form(object))) ?? [:]
    }

    func one(_ object: StoredObject) -> Bytes { first(object) }

    func first(_ object: StoredObject) -> Bytes { form(object, withColumns: true) }

    func form(_ object: StoredObject) -> Bytes { form(object, withColumns: false) }

    private func form(_ object: StoredObject, withColumns: Bool) -> Bytes {
        switch shape {
        case .table(let table): table.object(tree(object), withColumns: withColumns, now: time.now().wall).json
        case .metadata(let version): PartialMetadata.object(tree(object), version: version).json
        }
    }

    func append(_ object: StoredObject, to out: inout [UInt8]) -> Bool {
        switch shape {
        case .table(let table): table.row(tree(object), now: time.now().wall).append(to: &out)
        case .metadata(let version): PartialMetadata.object(tree(object), version: version).append(to: &out)
        }
        return true
    }

    func emptyList(revision: Int64, continuation: String?) -> Bytes {
        var metadata: JSONValue = ["resourceVersion": JSONValue(text: "\(revision)")]
        if let continuation { metadata["continue"] = JSONValue(text: continuation) }
        return switch shape {
        case .table(let table): table.list(rows: [], metadata: metadata).json
        case .metadata(let version): PartialMetadata.list([], metadata: metadata, version: version).json
        }
    }

    func bookmark(_ revision: Int64, isInitialEnd: Bool) -> Bytes {
        let bookmark = whole.bookmark(revision, isInitialEnd: isInitialEnd)
        guard let tree = try? JSONValue(parsing: bookmark) else { return bookmark }
        return switch shape {
        case .table(let table): table.list([], metadata: tree["metadata"] ?? [:], now: time.now().wall).json
        case .metadata(let version): PartialMetadata.object(tree, version: version).json
        }
    }
}
