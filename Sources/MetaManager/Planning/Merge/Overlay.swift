package import Beehive
package import MetaStore

/// Local states and patches, merged into the object that the cloud sent when it is read (`messages.md`, section 2).
package enum Overlay {
    /// The types whose objects have overlays, and the types of these, in the order they are merged.
    static func types(over type: ResourceType) -> [ResourceType] {
        switch type {
        case .pod: [.podStatus, .podPatch]
        case .node: [.nodePatch]
        default: []
        }
    }

    /// An object with its overlays merged in.
    ///
    /// - Parameters:
    ///   - object: the row as the cloud last sent it.
    ///   - view: the store.
    /// - Returns: the stored bytes themselves when nothing lies over them.
    /// - Throws: only what the store throws.
    static func merged(_ object: StoredObject, in view: some StoreReading) throws(StoreError) -> Bytes {
        try merged(object, with: types(over: object.type), in: view)
    }

    /// The same where it is known which types lie over the object.
    static func merged(
        _ object: StoredObject, with types: [ResourceType], in view: some StoreReading
    ) throws(StoreError) -> Bytes {
        var value = object.value
        guard !types.isEmpty, let path = try? ResourcePath(parsing: object.key) else { return value }
        for type in types {
            // What lies over an object must not hide it when it is damaged itself.
            guard let row = try view.readableObject(path.with(type: type).key) else { continue }
            value = try merge(row, over: object, value: value, in: view)
        }
        return value
    }

    /// An object as readers see it: with its overlays merged in, and the newest revision of all rows that make it.
    package static func shown(_ object: StoredObject, in view: some StoreReading) throws(StoreError) -> StoredObject {
        let types = types(over: object.type)
        guard !types.isEmpty, let path = try? ResourcePath(parsing: object.key) else { return object }
        var shown = object
        for type in types {
            guard let row = try view.readableObject(path.with(type: type).key) else { continue }
            shown.value = try merge(row, over: object, value: shown.value, in: view)
            shown.head.revision = max(shown.head.revision, row.head.revision)
        }
        return shown
    }

    /// The type of object that rows of a type lie over; nil for types that lie over none.
    package static func type(under type: ResourceType) -> ResourceType? {
        switch type {
        case .podStatus, .podPatch: .pod
        case .nodePatch: .node
        default: nil
        }
    }

    /// Merges one overlay row into a value.
    static func merge(
        _ row: StoredObject, over object: StoredObject, value: Bytes, in view: some StoreReading
    ) throws(StoreError) -> Bytes {
        guard row.type == .podStatus else { return mergePatches(row.value, into: value) }
        guard try isFresh(row, over: object, in: view) else { return value }
        guard let range = JSONMembers.range(of: "Status", in: row.value) else { return value }
        if let merged = ByteMerge.merge(row.value[range], intoMember: "status", of: value) { return merged }
        guard let status = try? JSONValue(parsing: row.value[range]) else { return value }
        return mergeStatus(status, into: value)
    }

    /// A report stops counting once the stored pod is newer than the cloud's answer to it.
    private static func isFresh(
        _ row: StoredObject, over pod: StoredObject, in view: some StoreReading
    ) throws(StoreError) -> Bool {
        if pod.head.revision < row.head.revision { return true }
        guard try view.outbox(about: row.key).isEmpty else { return true }
        return pod.head.stored < row.head.confirmed
    }

    private static func mergeStatus(_ status: JSONValue, into value: Bytes) -> Bytes {
        // Only the status is made a tree of: the rest of the pod keeps its bytes.
        var base = JSONValue.object([])
        if let range = JSONMembers.range(of: "status", in: value), let parsed = try? JSONValue(parsing: value[range]) {
            base = parsed
        }
        return JSONMembers.replacing("status", in: value, with: StrategicMerge.apply(status, to: base).json)
    }

    /// Applies the patches of an overlay row.
    package static func mergePatches(_ row: Bytes, into value: Bytes) -> Bytes {
        guard var object = try? JSONValue(parsing: value) else { return value }
        for patch in patches(row) { object = StrategicMerge.apply(patch, to: object) }
        return object.json
    }

    /// The patches of an overlay row: one, or several that could not be composed.
    package static func patches(_ row: Bytes) -> [JSONValue] {
        switch try? JSONValue(parsing: row) {
        case .array(let patches)?: patches
        case .some(let patch): [patch]
        case nil: []
        }
    }

    /// The row's value after another patch.
    package static func adding(_ patch: JSONValue, to row: Bytes?) -> Bytes {
        var list = row.map(patches) ?? []
        if let last = list.last, let composed = PatchComposition.compose(patch, after: last) {
            list[list.count - 1] = composed
        } else {
            list.append(patch)
        }
        return (list.count == 1 ? list[0] : .array(list)).json
    }
}
