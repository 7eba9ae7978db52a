internal import Beehive
internal import MetaStore

/// The periodic push of every stored pod status (`meta-internal-sync`), one message per namespace.
extension Planner {
    mutating func syncPodStatus(
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .dropped
        plan.reason = Self.linkIsDown
        guard state.isUp else { return }
        var bodies: [(namespace: String, json: [UInt8])] = []
        var counts = (sent: 0, removed: 0, skipped: 0)
        for report in try view.podStatuses() {
            guard report.hasPod else {
                plan.changes.append(.delete(key: report.key, remember: false))
                plan.changes.append(.dequeueAll(key: report.key))
                counts.removed += 1
                continue
            }
            guard report.value.first == UInt8(ascii: "{"), report.value.last == UInt8(ascii: "}") else {
                counts.skipped += 1
                continue
            }
            if bodies.last?.namespace != report.namespace { bodies.append((report.namespace, [])) }
            bodies[bodies.count - 1].json.append(UInt8(ascii: bodies[bodies.count - 1].json.isEmpty ? "[" : ","))
            bodies[bodies.count - 1].json += report.value
            counts.sent += 1
        }
        for body in bodies {
            // Rows were checked when they were stored; one that is damaged since must not go up as it is.
            guard let content = try? Content(json: (body.json + [UInt8(ascii: "]")])[...]) else {
                counts.skipped += 1
                continue
            }
            let message = Message(
                header: Header(id: ids.next(), timestamp: now.wall),
                route: Route(
                    source: .metaManagerClassic, group: .resource, operation: .update,
                    resource: "\(body.namespace)/\(ResourceType.podStatus)"),
                content: content)
            plan.cloud.append(CloudFrame(kind: .report, body: .message(message)))
        }
        plan.outcome = .passed
        plan.reason = "\(counts.sent) sent, \(counts.removed) removed, \(counts.skipped) skipped"
        state.lastPodStatusSync = (now.wall, plan.reason)
    }
}
