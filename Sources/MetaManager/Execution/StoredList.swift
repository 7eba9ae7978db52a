internal import Beehive
internal import MetaStore

/// The objects of a type with their overlays, read when the answer leaves: as the store is then, which is never older than
/// the answer's place in the order of deliveries.
struct StoredList: StoredTexts {
    let type: ResourceType
    let snapshots: StoreSnapshots

    private struct Cursor: TextCursor {
        let type: ResourceType
        let view: StoreTransaction
        /// The keys of the objects that something lies over, and the types of that.
        let overlaid: [String: [ResourceType]]

        func walk(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
            try view.forEach(ofType: type) { row in
                guard !overlaid.isEmpty, let types = overlaid[row.key] else { return try row.withValue(body) }
                try Overlay.merged(row.object(), with: types, in: view).withUnsafeBufferPointer(body)
            }
        }
    }

    func withSnapshot(_ body: (any TextCursor) throws -> Void) throws {
        try snapshots.read { view in
            var overlaid: [String: [ResourceType]] = [:]
            for over in Overlay.types(over: type) {
                for key in try view.keys(ofType: over) {
                    if let path = try? ResourcePath(parsing: key) {
                        overlaid[path.with(type: type).key, default: []].append(over)
                    }
                }
            }
            try body(Cursor(type: type, view: view, overlaid: overlaid))
        }
    }
}
