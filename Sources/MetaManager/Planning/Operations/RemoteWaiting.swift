internal import Beehive
internal import MetaStore

/// Requests that the cloud does not answer in time (`messages.md`, section 5).
extension Planner {
    /// The cloud takes its time: callers of a query get the stored row, while the request goes on.
    mutating func answerStale(
        _ id: String, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let request = state.remote[id], request.isQuery, let path = request.path else { return }
        let key = try storedKey(path, content: request.message.content, in: view, at: now)
        guard let object = try view.readableObject(key) else { return }
        // A token that has ended is no answer: the callers go on waiting for the cloud's.
        if path.type == .serviceAccountToken, let life = Self.life(of: object.value), life.end <= now.wall { return }
        for caller in state.remote.releaseCallers(of: id) {
            try answerFromStore(caller, path: path, key: key, isStale: true, in: view, at: now, into: &plan)
        }
    }

    /// The cloud has not answered at all.
    mutating func expireRemote(
        _ id: String, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        try answerStale(id, in: view, at: now, into: &plan)
        guard let request = state.remote.end(id) else { return }
        for caller in request.callers {
            if request.isQuery, let path = request.path, path.type == .endpoints {
                answerAbsent(caller, path: path, at: now, into: &plan)
            } else {
                fail(
                    caller,
                    because: "Timeout: the cloud did not answer \(request.message.route.operation) of "
                        + "'\(request.message.route.resource)' within \(settings.remoteTimeout)",
                    at: now, into: &plan)
            }
        }
    }
}
