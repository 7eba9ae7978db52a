internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What an operator has looked at and needs no more: conflicts, and waiting writes that cannot be read.
extension Planner {
    mutating func forget(
        _ write: LocalWrite, over standing: Standing, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        guard standing.base != nil else { return answer(write, .absent, into: &plan) }
        let row = write.path
        let object: ResourcePath?
        if row.type == PendingWrite.type {
            guard try view.readableObject(row.key).flatMap({ PendingWrite($0.value) }) == nil else {
                let cause = "it can be read, and waits for the cloud; take it out with 'outbox drop' if it must not go"
                return answer(write, .refused(cause), into: &plan)
            }
            for entry in try view.outbox(about: row.key) {
                state.outbox.end(entry.place)
                state.writes.fresh.remove(entry.id)
            }
            plan.changes.append(.dequeueAll(key: row.key))
            state.writes.forget(row.key)
            object = PendingWrite.path(under: row)
        } else {
            object = WriteConflict.path(under: row)
        }
        plan.changes.append(.delete(key: row.key, remember: false))
        // What readers see of the object has changed.
        if let object { try renew(object, in: view, into: &plan) }
        answer(write, .taken(revision: 0), into: &plan)
    }
}
