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
        var bodies: [(namespace: String, reports: [Bytes])] = []
        var counts = (sent: 0, removed: 0, skipped: 0)
        for report in try view.podStatuses() {
            guard report.hasPod else {
                // What of it still waits for the cloud goes all the same: the cloud may know the pod.
                plan.changes.append(.delete(key: report.key, remember: false))
                counts.removed += 1
                continue
            }
            guard report.value.first == UInt8(ascii: "{"), report.value.last == UInt8(ascii: "}") else {
                counts.skipped += 1
                continue
            }
            if bodies.last?.namespace != report.namespace { bodies.append((report.namespace, [])) }
            bodies[bodies.count - 1].reports.append(report.value)
        }
        for body in bodies {
            // What is damaged stays here; the others go all the same.
            let (content, count) = Content.array(ofObjects: body.reports)
            counts.sent += count
            counts.skipped += body.reports.count - count
            guard count > 0 else { continue }
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
