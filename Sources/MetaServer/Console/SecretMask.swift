internal import Beehive

/// Hides what nobody should read over a shoulder, before it leaves the program.
///
/// Of what is known to be secret only the parts known to be harmless are shown; everything else is hidden.
enum SecretMask {
    /// What stands in place of a hidden text.
    static let hidden = "(hidden)"

    /// The tree with its secrets hidden.
    ///
    /// - Parameters:
    ///   - value: an object as it is stored.
    ///   - type: the type that it is stored under.
    ///   - key: the key that it is stored under: that of a local write tells what was written.
    ///   - sealed: the types that the operator has sealed at rest.
    /// - Returns: the tree, and whether anything was hidden.
    static func apply(
        to value: JSONValue, type: ResourceType, key: String = "", sealed: Set<ResourceType>
    ) -> (value: JSONValue, isMasked: Bool) {
        var mask = Mask()
        if let written = type.written(in: key), sealed.union([.secret, .serviceAccountToken]).contains(written),
            !sealed.contains(type)
        {
            let shown = mask.write(value)
            return (shown, mask.hasHidden)
        }
        let shown: JSONValue =
            switch type {
            case .secret: mask.secret(value)
            case .serviceAccountToken: mask.token(value)
            default: sealed.contains(type) ? mask.sealed(value) : mask.search(value)
            }
        return (shown, mask.hasHidden)
    }

    private struct Mask {
        var hasHidden = false
        /// Annotations that repeat the whole object.
        private static let copies: Set<String> = ["kubectl.kubernetes.io/last-applied-configuration"]
        /// What of `metadata` tells who an object is.
        private static let identity: Set<String> = [
            "name", "generateName", "namespace", "uid", "selfLink", "resourceVersion", "generation",
            "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "ownerReferences",
            "finalizers",
        ]
        /// Annotations of secrets that hold names alone.
        ///
        /// Any other may repeat what the secret holds: tools keep copies under keys of their own.
        private static let harmless: Set<String> = [
            "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid", "meta.helm.sh/release-name",
            "meta.helm.sh/release-namespace", "cert-manager.io/certificate-name", "cert-manager.io/issuer-name",
            "cert-manager.io/issuer-kind", "cert-manager.io/issuer-group", "cert-manager.io/common-name",
            "cert-manager.io/alt-names", "metamanager/pending",
        ]

        /// Any object: a secret inside of it, in a list or in a write that waits, is one too.
        mutating func search(_ value: JSONValue) -> JSONValue {
            switch value {
            case .object(let members):
                switch value["kind"]?.text {
                case "Secret", "SecretList": return secret(value)
                case "TokenRequest": return token(value)
                default:
                    return .object(
                        members.map { member in
                            JSONMember(
                                member.key,
                                Self.copies.contains(member.key) && Self.isAboutSecrets(member.value)
                                    ? hide() : search(member.value))
                        })
                }
            case .array(let elements): return .array(elements.map { search($0) })
            default: return value
            }
        }

        /// A secret: which keys it has is shown, what they hold is not.
        mutating func secret(_ value: JSONValue) -> JSONValue {
            guard case .object(let members) = value else {
                if case .array(let elements) = value { return .array(elements.map { secret($0) }) }
                return hide()
            }
            return .object(
                members.map { member in
                    switch member.key {
                    case "apiVersion", "kind", "type", "immutable", "resourceVersion": member
                    case "metadata": JSONMember("metadata", metadata(member.value))
                    case "items": JSONMember("items", secret(member.value))
                    default: JSONMember(member.key, hideLeaves(member.value))
                    }
                })
        }

        /// A token request: what it asked for is shown, the token is not.
        mutating func token(_ value: JSONValue) -> JSONValue {
            guard case .object(let members) = value else { return hide() }
            return .object(
                members.map { member in
                    switch member.key {
                    case "apiVersion", "kind", "spec": member
                    case "metadata": JSONMember("metadata", metadata(member.value))
                    case "status":
                        JSONMember(
                            "status",
                            eachMember(of: member.value) { mask, inner in
                                inner.key == "expirationTimestamp" ? inner.value : mask.hideLeaves(inner.value)
                            })
                    default: JSONMember(member.key, hideLeaves(member.value))
                    }
                })
        }

        /// An object of a type that is sealed at rest: who it is is shown.
        mutating func sealed(_ value: JSONValue) -> JSONValue {
            guard case .object = value else { return hide() }
            return secret(value)
        }

        /// A local write of what is secret: who wrote what and when is shown.
        ///
        /// The cloud's words about it are not, since they may repeat what was refused.
        mutating func write(_ value: JSONValue) -> JSONValue {
            guard case .object(let members) = value else { return hide() }
            return .object(
                members.map { member in
                    switch member.key {
                    case "resource", "namespace", "name", "base", "time", "changed", "caller", "steps", "tries",
                        "reason", "cloud", "ended":
                        member
                    case "object" where member.value != .null: JSONMember(member.key, sealed(member.value))
                    default: JSONMember(member.key, hideLeaves(member.value))
                    }
                })
        }

        private mutating func metadata(_ value: JSONValue) -> JSONValue {
            guard case .object(let members) = value else { return hide() }
            return .object(
                members.map { member in
                    switch member.key {
                    case "managedFields": JSONMember(member.key, hide())
                    case "annotations":
                        JSONMember(
                            member.key,
                            eachMember(of: member.value) { mask, inner in
                                inner.value.text != nil && Self.harmless.contains(inner.key)
                                    ? inner.value : mask.hideLeaves(inner.value)
                            })
                    case let key where Self.identity.contains(key): member
                    default: JSONMember(member.key, hideLeaves(member.value))
                    }
                })
        }

        /// Another value for each member of an object; what is no object is hidden whole.
        private mutating func eachMember(
            of value: JSONValue, _ change: (inout Mask, JSONMember) -> JSONValue
        ) -> JSONValue {
            guard case .object(let members) = value else { return hideLeaves(value) }
            return .object(members.map { JSONMember($0.key, change(&self, $0)) })
        }

        private mutating func hideLeaves(_ value: JSONValue) -> JSONValue {
            switch value {
            case .object(let members): .object(members.map { JSONMember($0.key, hideLeaves($0.value)) })
            case .array(let elements): .array(elements.map { hideLeaves($0) })
            case .null: .null
            case .bool, .number, .string: hide()
            }
        }

        private mutating func hide() -> JSONValue {
            hasHidden = true
            return JSONValue(text: SecretMask.hidden)
        }

        private static func isAboutSecrets(_ value: JSONValue) -> Bool {
            guard let text = value.text, let inner = try? JSONValue(parsing: Bytes(text.utf8)) else { return true }
            var mask = Mask()
            _ = mask.search(inner)
            return mask.hasHidden
        }
    }
}
