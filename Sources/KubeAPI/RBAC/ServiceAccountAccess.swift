public import Beehive

/// What a service account may do, as the cloud's policy controller tells the node: a stored `ServiceAccountAccess`.
///
/// It holds the bindings that name the account or one of its groups, each with the rules of its role written out.
public struct ServiceAccountAccess: Hashable, Sendable {
    /// The account's namespace.
    public let namespace: String
    /// The account's name.
    public let name: String
    /// The account's uid; empty when the cloud did not tell.
    public let uid: String
    /// What the bindings grant to the account.
    public let rules: AccessRules

    /// Reads an object; nil when it names no account.
    ///
    /// - Parameter object: the whole object.
    public init?(_ object: JSONValue) {
        guard let spec = object["spec"], let account = spec["serviceAccount"]?["metadata"],
            let name = account["name"]?.text, let namespace = account["namespace"]?.text
        else { return nil }
        self.name = name
        self.namespace = namespace
        uid = spec["serviceAccountUid"]?.text ?? ""
        let user = UserInfo.serviceAccount(namespace: namespace, name: name)
        var grants: [AccessRules.Grant] = []
        for binding in spec["accessRoleBinding"]?.elements ?? [] {
            // Without its namespace nobody knows where it holds: then nowhere.
            guard let place = binding["roleBinding"]?["metadata"]?["namespace"]?.text, !place.isEmpty,
                Self.names(user, binding["roleBinding"]?["subjects"], in: place)
            else { continue }
            grants += Self.rules(binding["rules"]).map { AccessRules.Grant(namespace: place, rule: $0) }
        }
        for binding in spec["accessClusterRoleBinding"]?.elements ?? []
        where Self.names(user, binding["clusterRoleBinding"]?["subjects"], in: nil) {
            grants += Self.rules(binding["rules"]).map { AccessRules.Grant(rule: $0) }
        }
        rules = AccessRules(grants: grants)
    }

    /// Whether one of a binding's subjects is the account, as user or by one of its groups.
    private static func names(_ user: UserInfo, _ subjects: JSONValue?, in place: String?) -> Bool {
        (subjects?.elements ?? []).contains { subject in
            guard let name = subject["name"]?.text else { return false }
            switch subject["kind"]?.text {
            case "ServiceAccount":
                guard let namespace = subject["namespace"]?.text ?? place else { return false }
                return user.name == UserInfo.serviceAccount(namespace: namespace, name: name).name
            case "Group": return user.groups.contains(name)
            case "User": return user.name == name
            default: return false
            }
        }
    }

    private static func rules(_ value: JSONValue?) -> [PolicyRule] {
        (value?.elements ?? []).map { rule in
            func words(_ key: String) -> [String] { (rule[key]?.elements ?? []).compactMap(\.text) }
            return PolicyRule(
                verbs: words("verbs"), apiGroups: words("apiGroups"), resources: words("resources"),
                resourceNames: words("resourceNames"), nonResourceURLs: words("nonResourceURLs"))
        }
    }
}
