import Beehive
import Testing

@testable import KubeAPI

/// Who decides about a write.
struct WritePolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var resource: String
        var subresource: String?
        var verb = ResourceRequest.Verb.update
        var isCustom = false
        var list = WritePolicy.standardKinds
        /// Who decides online, and while the cloud is away.
        var online: String
        var offline: String
        var testDescription: String { "\(verb) \(resource)\(subresource.map { "/\($0)" } ?? "") with \(list)" }
    }

    static let rows: [Row] = [
        Row(resource: "configmaps", online: "cloud", offline: "node"),
        Row(resource: "configmaps", verb: .create, online: "cloud", offline: "node"),
        Row(resource: "configmaps", verb: .deletecollection, online: "cloud", offline: "node"),
        Row(resource: "leases.coordination.k8s.io", online: "cloud", offline: "node"),
        Row(resource: "events", verb: .create, online: "cloud", offline: "node"),
        Row(resource: "events.events.k8s.io", verb: .create, online: "cloud", offline: "node"),
        Row(resource: "pods", verb: .delete, online: "cloud", offline: "refused"),
        Row(resource: "pods", subresource: "status", online: "cloud", offline: "refused"),
        Row(resource: "pods", subresource: "status", list: ["pods/status"], online: "cloud", offline: "node"),
        Row(resource: "configmaps", list: [], online: "cloud", offline: "refused"),
        Row(resource: "secrets", list: ["secrets"], online: "cloud", offline: "refused"),
        Row(resource: "gadgets.example.org", isCustom: true, online: "cloud", offline: "refused"),
        Row(
            resource: "gadgets.example.org", isCustom: true, list: ["gadgets"], online: "cloud", offline: "refused"),
        Row(
            resource: "gadgets.example.org", isCustom: true, list: ["gadgets.example.org"], online: "cloud",
            offline: "node"),
        Row(resource: "gadgets.example.org", subresource: "status", isCustom: true, online: "cloud", offline: "node"),
        Row(
            resource: "gadgets.example.org", subresource: "status", isCustom: true, list: [], online: "cloud",
            offline: "refused"),
        Row(
            resource: "gadgets.example.org", subresource: "scale", isCustom: true, list: ["gadgets.example.org"],
            online: "cloud", offline: "refused"),
        Row(resource: "devices.devices.kubeedge.io", isCustom: true, online: "twin", offline: "twin"),
        Row(
            resource: "devices.devices.kubeedge.io", subresource: "status", verb: .patch, isCustom: true,
            online: "twin", offline: "twin"),
        Row(
            resource: "devices.devices.kubeedge.io", verb: .create, isCustom: true, online: "cloud",
            offline: "refused"),
        Row(
            resource: "devices.devices.kubeedge.io", isCustom: true, list: ["configmaps"], online: "twin",
            offline: "refused"),
    ]

    private static func request(_ row: Row) -> (ResourceRequest, KubeKind) {
        let parts = row.resource.split(separator: ".", maxSplits: 1).map(String.init)
        let resource = KubeKind.Resource(group: parts.count > 1 ? parts[1] : "", version: "v1", plural: parts[0])
        var kind = KubeKind(resource: resource, kind: "Any", isNamespaced: true)
        kind.isCustom = row.isCustom
        return (
            ResourceRequest(
                verb: row.verb, resource: resource, namespace: "demo", name: "n", subresource: row.subresource), kind
        )
    }

    private static func word(_ decision: WritePolicy.Decision) -> String {
        switch decision {
        case .cloud: "cloud"
        case .node: "node"
        case .twin: "twin"
        case .refused: "refused"
        }
    }

    @Test("the cloud decides while it can be asked, the list of kinds says what is taken without it", arguments: rows)
    func decide(_ row: Row) {
        let (request, kind) = Self.request(row)
        let policy = WritePolicy(offlineKinds: row.list)
        let online = policy.decide(request, kind: kind, isApply: false, hasPending: false, cloud: .reachable)
        let offline = policy.decide(
            request, kind: kind, isApply: false, hasPending: false, cloud: .away("the link is down"))
        #expect(Self.word(online) == row.online && Self.word(offline) == row.offline)
        guard case .refused(let failure) = offline else { return }
        #expect(failure.code == 503 && failure.retryAfter != nil && failure.message.contains("the link is down"))
    }

    @Test("a write behind one that waits, waits too; an apply never does")
    func behind() {
        let (request, kind) = Self.request(Self.rows[0])
        let policy = WritePolicy()
        func decide(isApply: Bool, _ cloud: WritePolicy.Cloud) -> String {
            Self.word(policy.decide(request, kind: kind, isApply: isApply, hasPending: true, cloud: cloud))
        }
        #expect(decide(isApply: false, .reachable) == "node" && decide(isApply: true, .reachable) == "cloud")
        #expect(decide(isApply: true, .away("x")) == "refused")
        var other = Self.rows[6]
        other.verb = .update
        let (pods, pod) = Self.request(other)
        let answer = policy.decide(pods, kind: pod, isApply: false, hasPending: true, cloud: .away("x"))
        #expect(Self.word(answer) == "refused", "that something waits allows nothing more")
    }
}
