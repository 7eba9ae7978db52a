public import Beehive

/// A user as reviews tell it: `userInfo` of `authentication.k8s.io`.
public struct UserInfo: Hashable, Sendable {
    /// The user's name.
    public var name: String
    /// The uid; empty when there is none.
    public var uid: String
    /// The groups.
    public var groups: [String]
    /// What else is known, such as the pod of a bound token.
    public var extra: [Extra]

    /// One thing that is known of a user.
    public struct Extra: Hashable, Sendable {
        /// What it is.
        public var key: String
        /// Its value.
        public var value: String

        /// Makes one.
        ///
        /// - Parameters:
        ///   - key: what it is.
        ///   - value: its value.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Makes a user.
    ///
    /// - Parameters:
    ///   - name: the user's name.
    ///   - uid: the uid.
    ///   - groups: the groups.
    ///   - extra: what else is known.
    public init(name: String, uid: String = "", groups: [String] = [], extra: [Extra] = []) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// A service account.
    ///
    /// - Parameters:
    ///   - namespace: its namespace.
    ///   - name: its name.
    ///   - uid: its uid.
    /// - Returns: the user that Kubernetes takes it for.
    public static func serviceAccount(namespace: String, name: String, uid: String = "") -> UserInfo {
        UserInfo(
            name: "system:serviceaccount:\(namespace):\(name)", uid: uid,
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }

    /// Namespace and name of the service account that a user's name means; nil for other users.
    ///
    /// - Parameter user: the user's name.
    /// - Returns: namespace and name, neither empty.
    public static func account(of user: String) -> (namespace: String, name: String)? {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount", isName(parts[2]), isName(parts[3])
        else { return nil }
        return (String(parts[2]), String(parts[3]))
    }

    /// Names of objects have no slash, so that they cannot make one key look like another.
    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// `userInfo`, as reviews hold it.
    public var json: JSONValue {
        var value: JSONValue = ["username": JSONValue(text: name)]
        if !uid.isEmpty { value["uid"] = JSONValue(text: uid) }
        if !groups.isEmpty { value["groups"] = .array(groups.map { JSONValue(text: $0) }) }
        if !extra.isEmpty {
            value["extra"] = .object(extra.map { JSONMember($0.key, [JSONValue(text: $0.value)]) })
        }
        return value
    }
}
