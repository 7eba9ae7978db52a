internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Objects for writers: as the API shows them, from the store.
struct StoreObjectReader: ObjectReading {
    let context: KubeContext

    func object(_ kind: KubeKind, namespace: String?, name: String) async throws(APIFailure) -> CurrentObject? {
        try await context.read { view throws(StoreError) in
            let rows = try ObjectRows(kind: kind, view: view)
            guard let object = try rows.object(namespace: namespace, name: name) else { return nil }
            return try current(object, rows)
        }
    }

    func objects(
        _ request: ResourceRequest, kind: KubeKind, limit: Int
    ) async throws(APIFailure) -> [CurrentObject] {
        try await context.read { view throws(StoreError) in
            let rows = try ObjectRows(kind: kind, view: view)
            let selector = Selector(request)
            var objects: [CurrentObject] = []
            var place: ObjectRows.Place? = ObjectRows.Place()
            if let name = selector.name {
                let object = try rows.object(namespace: request.namespace, name: name)
                guard let object, selector.matches(object), let one = try current(object, rows) else { return [] }
                return [one]
            }
            while objects.count < limit, let from = place {
                let page = try rows.page(namespace: selector.namespace, after: from, limit: ObjectRows.pageSize)
                for object in page.objects where selector.matches(object) {
                    guard objects.count < limit else { break }
                    if let current = try current(object, rows) { objects.append(current) }
                }
                place = page.next
            }
            return objects
        }
    }

    private func current(_ object: StoredObject, _ rows: ObjectRows) throws(StoreError) -> CurrentObject? {
        guard let path = try? ResourcePath(parsing: object.key),
            let value = try? JSONValue(parsing: WholeForm(kind: rows.kind).form(object))
        else { return nil }
        return CurrentObject(value, path: path, isPending: try rows.isPending(path))
    }
}
