internal import Beehive

/// Who decides about a write: the cloud, this node in its stead, or nobody now.
package struct WritePolicy: Hashable, Sendable {
    /// Who decides.
    package enum Decision: Hashable, Sendable {
        /// The cloud, now.
        case cloud
        /// This node; the cloud is asked when it can be.
        case node
        /// The device twin of this node.
        case twin
        /// Nobody: why.
        case refused(APIFailure)
    }

    /// How the cloud stands.
    package enum Cloud: Hashable, Sendable {
        /// It can be asked.
        case reachable
        /// It cannot be asked, and why.
        case away(String)
    }

    /// `metaserver.offline.kinds`: plurals, with the group behind a dot for custom ones, and `/status` for statuses.
    package var offlineKinds: [String]

    /// The default of the configuration.
    package static let standardKinds = ["configmaps", "leases", "events", "devices/status"]
    /// After how many seconds a client should try again while the cloud is away.
    package static let retryAfter = 10

    /// Makes a policy.
    package init(offlineKinds: [String] = WritePolicy.standardKinds) { self.offlineKinds = offlineKinds }

    /// Decides about one write.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - kind: its kind.
    ///   - isApply: whether it is a server-side apply, which only an API server can do.
    ///   - hasPending: whether an earlier write of the object waits for the cloud.
    ///   - cloud: how the cloud stands.
    /// - Returns: who decides.
    package func decide(
        _ request: ResourceRequest, kind: KubeKind, isApply: Bool, hasPending: Bool, cloud: Cloud
    ) -> Decision {
        if Self.isDevice(kind), request.verb == .update || request.verb == .patch, !isApply,
            request.subresource == nil || request.subresource == "status"
        {
            // KubeEdge's way for devices: the twin reports to the cloud by itself.
            if case .reachable = cloud { return .twin }
            return accepts(kind, request.subresource) || accepts(kind, "status") ? .twin : refusal(request, kind, cloud)
        }
        switch cloud {
        case .reachable:
            // It must not overtake one that waits; what only the cloud can do cannot wait either.
            if hasPending, let part = request.subresource, part != "status" {
                return .refused(
                    away(
                        "\(request.resource)/\(part) is the cloud's to decide, and an earlier write of the object waits "
                            + "for it on this node: try again when that is sent (metamanager outbox)", request))
            }
            return hasPending && !isApply && request.verb != .deletecollection ? .node : .cloud
        case .away:
            guard !isApply else {
                return .refused(
                    away("server-side apply is the API server's own work, and \(Self.why(cloud))", request))
            }
            guard accepts(kind, request.subresource) else { return refusal(request, kind, cloud) }
            return .node
        }
    }

    /// Whether writes of a kind are taken while the cloud is away.
    package func accepts(_ kind: KubeKind, _ subresource: String?) -> Bool {
        // Nothing that waits is sealed: a secret would lie in plain text beside its sealed row.
        if kind.resource.group.isEmpty, kind.resource.plural == "secrets" { return false }
        guard !offlineKinds.isEmpty else { return false }
        if let subresource, subresource != "status" { return false }
        if kind.isCustom, !Self.isDevice(kind), subresource == "status" { return true }
        let tail = subresource.map { "/\($0)" } ?? ""
        let isShort = !kind.isCustom || Self.isDevice(kind)
        return offlineKinds.contains { $0 == "\(kind.resource)\(tail)" || isShort && $0 == kind.resource.plural + tail }
    }

    /// The words that mean a built-in kind in `metaserver.offline.kinds`.
    package static var kindWords: [String] {
        BuiltInKinds.kubernetes.map { ($0.resource.plural, $0.verbs) }
            .filter { $0.0 != "secrets" && $0.1.contains("get") }.map(\.0)
            + ["devices", "devices/status"]
    }

    /// What is wrong with a word of `metaserver.offline.kinds`; nil when it means a kind, or may mean a custom one.
    package static func fault(inKind word: String) -> String? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.count == 1 || parts[1] == "status" else {
            return "is no kind: nothing but /status may stand behind a plural"
        }
        guard parts[0] != "secrets" else { return "cannot be: what waits for the cloud lies in plain text" }
        // With a group it may be a custom kind, of which the cloud tells later.
        guard !parts[0].contains("."), !kindWords.contains(String(parts[0])) else { return nil }
        return "is no kind: the plural of a built-in one is wanted, or plural.group of a custom one"
    }

    private static func isDevice(_ kind: KubeKind) -> Bool {
        kind.resource.plural == "devices" && kind.resource.group == "devices.kubeedge.io"
    }

    private static func why(_ cloud: Cloud) -> String {
        if case .away(let cause) = cloud { cause } else { "the cloud can be asked" }
    }

    private func refusal(_ request: ResourceRequest, _ kind: KubeKind, _ cloud: Cloud) -> Decision {
        let what = "\(kind.resource)\(request.subresource.map { "/\($0)" } ?? "")"
        let list = offlineKinds.isEmpty ? "none" : offlineKinds.joined(separator: ", ")
        return .refused(
            away(
                "\(what) can be written only while the cloud decides, and \(Self.why(cloud)); taken without it are "
                    + "\(list) (metaserver.offline.kinds)", request))
    }

    private func away(_ message: String, _ request: ResourceRequest) -> APIFailure {
        var details: JSONValue = ["kind": JSONValue(text: request.resource.plural)]
        if let name = request.name { details["name"] = JSONValue(text: name) }
        return APIFailure(
            503, reason: "ServiceUnavailable", message, details: details, retryAfter: Self.retryAfter)
    }
}
