internal import Beehive
internal import MetaStore

/// The link's comings and goings: modules are told, the outbox drains, statuses are pushed, callers are not left alone.
extension Planner {
    mutating func linkUp(
        _ connection: Int, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        // A connection that replaces another ends it, also if nobody said so: who waits on the old one is answered.
        if let old = state.connection, old != connection { try linkDown(old, in: view, at: now, into: &plan) }
        state.connection = connection
        state.outbox.reset()
        tellModules("cloud_connected", at: now, into: &plan)
        // Queries that outlived the cut are asked again, under the same id.
        for request in state.remote.requests.values.sorted(by: { $0.asked < $1.asked }) where request.isQuery {
            plan.cloud.append(CloudFrame(kind: .request, body: .message(request.message)))
        }
        try syncPodStatus(in: view, at: now, into: &plan)
    }

    mutating func linkDown(
        _ connection: Int, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        // A late word about a connection that has been replaced.
        guard connection == state.connection else { return }
        state.connection = nil
        let callers = state.outbox.waiting.takeAll()
        state.outbox.reset()
        tellModules("cloud_disconnected", at: now, into: &plan)
        for caller in callers {
            try answerAsOffline(caller, in: view, at: now, into: &plan)
        }
        for request in state.remote.requests.values.sorted(by: { $0.asked < $1.asked }) {
            let id = request.message.id
            if request.isQuery {
                try answerStale(id, in: view, at: now, into: &plan)
            } else {
                _ = state.remote.end(id)
                for caller in request.callers { fail(caller, because: Self.linkIsDown, at: now, into: &plan) }
            }
        }
    }

    private mutating func tellModules(_ word: String, at now: Moment, into plan: inout Plan) {
        for module in state.modules.values.sorted(by: { $0.name < $1.name }) {
            let message = Message(
                header: Header(id: ids.next(), timestamp: now.wall),
                route: Route(
                    source: .edgeHub, group: module.group, operation: .connect, resource: SpecialResource.connection),
                content: Content(text: word))
            plan.deliveries.append((.module(module.name), message))
        }
    }
}
