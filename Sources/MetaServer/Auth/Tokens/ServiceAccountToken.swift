internal import Beehive
internal import KubeAPI

/// What the token of a service account says, after its signature was checked.
struct ServiceAccountToken: Hashable, Sendable {
    /// Something that has to be there for the token to hold.
    struct Binding: Hashable, Sendable {
        enum Kind: String, Sendable { case pod, secret, node }

        var kind: Kind
        var name: String
        /// Empty in tokens of the old form alone.
        var uid: String
    }

    /// Leeway for clocks that differ, in seconds: what API servers give.
    static let leeway: Int64 = 60
    /// The issuer of tokens that were made before Kubernetes 1.21 and stand in a Secret; they have no end.
    static let oldIssuer = "kubernetes/serviceaccount"

    var issuer: String
    var audiences: [String]
    var namespace: String
    var account: String
    var accountUID: String
    var bindings: [Binding]
    /// In seconds since 1970; nil for tokens of the old form.
    var expires: Int64?
    var notBefore: Int64

    /// Reads the claims of a token whose signature is good.
    init(claims: JSONValue) throws(TokenFault) {
        issuer = claims["iss"]?.text ?? ""
        switch claims["aud"] {
        case nil, .null?: audiences = []
        case .array(let all)?: audiences = all.compactMap(\.text)
        case let one?: audiences = [one.text ?? ""]
        }
        guard let subject = claims["sub"]?.text, let account = UserInfo.account(of: subject) else { throw .subject }
        (namespace, self.account) = (account.namespace, account.name)
        notBefore = max(try Self.time(claims["nbf"]) ?? .min, try Self.time(claims["iat"]) ?? .min)
        expires = try Self.time(claims["exp"])
        bindings = []
        if issuer == Self.oldIssuer {
            func old(_ key: String) -> String { claims["kubernetes.io/serviceaccount/\(key)"]?.text ?? "" }
            guard old("namespace") == namespace, old("service-account.name") == self.account else { throw .subject }
            accountUID = old("service-account.uid")
            bindings = [Binding(kind: .secret, name: old("secret.name"), uid: "")]
        } else {
            guard let bound = claims["kubernetes.io"], bound["namespace"]?.text == namespace,
                bound["serviceaccount"]?["name"]?.text == self.account
            else { throw .subject }
            accountUID = bound["serviceaccount"]?["uid"]?.text ?? ""
            guard !accountUID.isEmpty else { throw .subject }
            guard expires != nil else { throw .noEnd }
            if let pod = try Self.binding(.pod, bound) {
                // The node beside a pod tells where that ran, no more.
                bindings.append(pod)
            } else if let node = try Self.binding(.node, bound) {
                bindings.append(node)
            }
            if let secret = try Self.binding(.secret, bound) { bindings.append(secret) }
        }
        guard bindings.allSatisfy({ Self.isName($0.name) }) else { throw .subject }
    }

    private static func binding(_ kind: Binding.Kind, _ claims: JSONValue) throws(TokenFault) -> Binding? {
        guard let value = claims[kind.rawValue], value != .null else { return nil }
        guard let name = value["name"]?.text, let uid = value["uid"]?.text, !uid.isEmpty else { throw .subject }
        return Binding(kind: kind, name: name, uid: uid)
    }

    /// No slash: the name becomes a part of a key.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 253 && !name.utf8.contains(UInt8(ascii: "/"))
    }

    /// Seconds since 1970; parts of a second are allowed in tokens, and cut off.
    private static func time(_ value: JSONValue?) throws(TokenFault) -> Int64? {
        guard let value, value != .null else { return nil }
        guard case .number(let digits) = value, let number = Double(String(decoding: digits, as: UTF8.self)),
            abs(number) < 1e15
        else { throw .form }
        return Int64(number)
    }

    /// Checks the times, which is done again for each use.
    func checkTimes(now: Int64) throws(TokenFault) {
        let seconds = now / 1000
        if let expires, seconds >= expires + Self.leeway { throw .expired }
        if notBefore > seconds + Self.leeway { throw .notYet }
    }
}
