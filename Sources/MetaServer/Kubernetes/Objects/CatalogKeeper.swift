internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Keeps the catalog of kinds as the store knows them: built in, defined by CRDs, discovered by the cloud, stored.
final class CatalogKeeper: Sendable {
    /// A catalog and its number: another catalog has another number, a later one a higher.
    struct Numbered: Sendable {
        let catalog: KindCatalog
        let number: Int
        /// What the cloud said at `/version`; nil while it has said nothing.
        var cloudVersion: JSONValue?
    }

    private struct State {
        var catalog: Numbered?
        /// How many were made.
        var count = 0
        /// What the catalog was made of: definitions and discovery by revision, stored types by name.
        var mark = Mark()
        /// The store's revision at the last look.
        var revision: Int64 = -1
    }

    /// What a catalog follows from, told apart without reading it all.
    private struct Mark: Hashable {
        var definitions: TypeMark?
        var discovery: TypeMark?
        var types: [ResourceType] = []
    }

    /// CRDs, as the cloud pushes them.
    static let definitions: ResourceType = "customresourcedefinition"
    /// What the cloud's discovery said, by path.
    static let discovery: ResourceType = "discovery"
    /// The most rows of either that are read.
    private static let limit = 2000

    private let state = Lock(State())

    /// The catalog as of a snapshot; made anew only when what it follows from has changed.
    func catalog(in view: StoreTransaction) throws(StoreError) -> Numbered {
        let (known, before, revision) = state.withLock { ($0.catalog, $0.mark, $0.revision) }
        if let known, revision == view.revision { return known }
        let mark = Mark(
            definitions: try view.mark(ofType: Self.definitions), discovery: try view.mark(ofType: Self.discovery),
            types: try view.types())
        if let known, mark == before {
            state.withLock { $0.revision = max($0.revision, view.revision) }
            return known
        }
        let definitions = try rows(ofType: Self.definitions, in: view)
        var documents = try rows(ofType: Self.discovery, in: view)
        documents.sort { $0.head.stored > $1.head.stored }
        var stored: [StoredKind] = []
        for type in mark.types {
            if let kind = try self.stored(type, in: view) { stored.append(kind) }
        }
        let assembled = KindCatalog.assembled(
            definitions: definitions.compactMap { try? JSONValue(parsing: $0.value) },
            discovery: documents.compactMap { try? JSONValue(parsing: $0.value) },
            stored: stored)
        let version = Self.version(in: documents)
        return state.withLock { state in
            state.count += 1
            let catalog = Numbered(catalog: assembled, number: state.count, cloudVersion: version)
            if view.revision >= state.revision {
                (state.catalog, state.mark, state.revision) = (catalog, mark, view.revision)
            }
            return catalog
        }
    }

    /// What the cloud said at `/version`, if it looks like that.
    private static func version(in documents: [StoredObject]) -> JSONValue? {
        let row = documents.first { (try? ResourcePath(parsing: $0.key))?.id == "version" }
        guard let row, let version = try? JSONValue(parsing: row.value), version["major"]?.text != nil,
            version["minor"]?.text != nil, version["gitVersion"]?.text?.isEmpty == false
        else { return nil }
        return version
    }

    private func rows(ofType type: ResourceType, in view: StoreTransaction) throws(StoreError) -> [StoredObject] {
        var rows: [StoredObject] = []
        var namespace = ""
        while rows.count < Self.limit, let next = try view.namespace(ofType: type, after: namespace) {
            rows += try view.page(ofType: type, namespace: next, after: "", limit: Self.limit).rows
            namespace = next
        }
        return rows
    }

    /// What the first object of a type says it is.
    private func stored(_ type: ResourceType, in view: StoreTransaction) throws(StoreError) -> StoredKind? {
        guard let namespace = try view.namespace(ofType: type, after: "") else { return nil }
        let page = try view.withFaults.page(ofType: type, namespace: namespace, after: "", limit: 1)
        guard let row = page.rows.first, let value = try? JSONValue(parsing: row.value),
            let apiVersion = value["apiVersion"]?.text, let kind = value["kind"]?.text, !kind.hasSuffix("List")
        else { return nil }
        return StoredKind(
            apiVersion: apiVersion, kind: kind, isNamespaced: value["metadata"]?["namespace"]?.text != nil)
    }
}
