internal import Beehive
internal import MetaStore

/// Deletes of the cloud, and what goes with a deleted pod.
extension Planner {
    mutating func deleteObject(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let path = path(of: message, at: now, into: &plan) else { return }
        let uid = message.content.text(message.content.sketch.uid) ?? ""
        let head = try view.head(path.key)
        if let head, !uid.isEmpty, !head.uid.isEmpty, head.uid != uid {
            plan.outcome = .otherUID
            return acknowledge(message, at: now, into: &plan)
        }
        if head != nil {
            plan.outcome = .deleted
            plan.changes.append(.delete(key: path.key, remember: true))
        } else {
            plan.outcome = .absent
        }
        state.owed.remove(path.key)
        try rememberDeletion(message, uid: uid, of: path.key, head: head, in: view, into: &plan)
        // A pod that is unknown here may have left a report behind all the same.
        try removeDependants(of: path, in: view, at: now, into: &plan)
        deliverToConsumer(message, type: path.type, into: &plan)
        acknowledge(message, at: now, into: &plan)
    }

    /// The deletion has a version of its own, above the stored one: a late push between the two must not bring the
    /// object back, nor one of an object that was never stored here.
    private func rememberDeletion(
        _ message: Message, uid: String, of key: String, head: ObjectHead?, in view: some StoreReading,
        into plan: inout Plan
    ) throws(StoreError) {
        let content = message.content.text(message.content.sketch.resourceVersion) ?? ""
        let version = content.isEmpty ? message.header.resourceVersion : content
        let uid = uid.isEmpty ? head?.uid ?? "" : uid
        guard !uid.isEmpty, !version.isEmpty else { return }
        var known = head?.version
        if head == nil, let tombstone = try view.tombstone(key), tombstone.uid == uid { known = tombstone.version }
        if let known, let order = VersionGuard.compare(version, known), order <= 0 { return }
        plan.changes.append(.remember(key: key, uid: uid, version: version))
    }

    /// Removes the overlays and reports of an object, with what of them still waits for the cloud.
    mutating func removeDependants(
        of path: ResourcePath, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        for type in Overlay.types(over: path.type) where path.namesOne {
            let key = path.with(type: type).key
            if try view.head(key) != nil { plan.changes.append(.delete(key: key, remember: false)) }
            try removeEntries(about: key, of: path, in: view, at: now, into: &plan)
        }
    }

    /// Takes what waits about one thing out of the outbox; who waits for it is told.
    mutating func removeEntries(
        about key: String, of path: ResourcePath, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let entries = try view.outbox(about: key)
        guard !entries.isEmpty else { return }
        plan.changes.append(.dequeueAll(key: key))
        for entry in entries {
            state.outbox.end(entry.place)
            for caller in state.outbox.waiting.take(entry.id) {
                fail(caller, because: "'\(path)' was deleted by the cloud", at: now, into: &plan)
            }
        }
    }
}
