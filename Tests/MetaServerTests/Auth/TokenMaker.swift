import Beehive
import Crypto
import CryptoExtras
import MetaStore
import NodePKI

@testable import MetaServer

/// Makes tokens as a cluster does, with a key of the test's own.
struct TokenMaker: Sendable {
    enum Key: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
    }

    static let issuer = "https://kubernetes.default.svc.cluster.local"
    /// 2026-01-01, in seconds.
    static let now: Int64 = 1_767_225_600

    let key: Key
    let algorithm: String

    init(_ algorithm: String) throws {
        self.algorithm = algorithm
        switch algorithm {
        case "ES256": key = .p256(P256.Signing.PrivateKey())
        case "ES384": key = .p384(P384.Signing.PrivateKey())
        case "ES512": key = .p521(P521.Signing.PrivateKey())
        default: key = .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        }
    }

    var publicPEM: String {
        switch key {
        case .rsa(let key): key.publicKey.pemRepresentation
        case .p256(let key): key.publicKey.pemRepresentation
        case .p384(let key): key.publicKey.pemRepresentation
        case .p521(let key): key.publicKey.pemRepresentation
        }
    }

    var verification: VerificationKey {
        get throws { try VerificationKey.keys(pem: publicPEM)[0] }
    }

    /// The claims of a good token that is bound to the pod `web`.
    static func claims(pod: Bool = true) -> JSONValue {
        var bound: JSONValue = [
            "namespace": "demo", "serviceaccount": ["name": "app", "uid": "account-1"],
            "node": ["name": "edge", "uid": "node-1"],
        ]
        if pod { bound["pod"] = ["name": "web", "uid": "pod-1"] } else { bound["node"] = nil }
        return [
            "iss": JSONValue(text: issuer), "aud": [JSONValue(text: issuer)], "sub": "system:serviceaccount:demo:app",
            "exp": JSONValue(integer: now + 3600), "nbf": JSONValue(integer: now), "iat": JSONValue(integer: now),
            "kubernetes.io": bound,
        ]
    }

    /// A token; the head may say something else than the truth.
    func token(_ claims: JSONValue = TokenMaker.claims(), head: JSONValue? = nil) throws -> String {
        let head = try head ?? ["alg": JSONValue(text: algorithm), "kid": JSONValue(text: verification.identifier)]
        let text = "\(Base64.url.encode(Array(head.json))).\(Base64.url.encode(Array(claims.json)))"
        return "\(text).\(Base64.url.encode(try signature(Array(text.utf8))))"
    }

    private func signature(_ message: [UInt8]) throws -> [UInt8] {
        switch (key, algorithm) {
        case (.rsa(let key), "RS384"):
            try key.signature(for: SHA384.hash(data: message), padding: .insecurePKCS1v1_5).bytes
        case (.rsa(let key), "RS512"):
            try key.signature(for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5).bytes
        case (.rsa(let key), "PS256"): try key.signature(for: SHA256.hash(data: message), padding: .PSS).bytes
        case (.rsa(let key), _): try key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).bytes
        case (.p256(let key), _): Array(try key.signature(for: SHA256.hash(data: message)).rawRepresentation)
        case (.p384(let key), _): Array(try key.signature(for: SHA384.hash(data: message)).rawRepresentation)
        case (.p521(let key), _): Array(try key.signature(for: SHA512.hash(data: message)).rawRepresentation)
        }
    }

    /// Rules with the keys of some makers.
    static func rules(_ makers: [TokenMaker], audiences: [String] = []) throws -> TokenRules {
        TokenRules(keys: try makers.map { try $0.verification }, issuer: nil, audiences: audiences)
    }

    /// What the cloud's policy controller sends for the account of `claims`.
    static func access(uid: String = "account-1", verbs: String = #"["get","list"]"#) -> String {
        #"""
        {"metadata":{"name":"app","namespace":"demo"},"spec":{"serviceAccount":{"metadata":{"name":"app",
        "namespace":"demo"}},"serviceAccountUid":"\#(uid)","accessRoleBinding":[{"roleBinding":{"metadata":{"name":"r",
        "namespace":"demo"},"subjects":[{"kind":"ServiceAccount","name":"app","namespace":"demo"}]},
        "rules":[{"verbs":\#(verbs),"apiGroups":[""],"resources":["pods"]}]}],
        "accessClusterRoleBinding":[{"clusterRoleBinding":{"metadata":{"name":"m"},"subjects":[{"kind":"Group",
        "name":"system:serviceaccounts"}]},"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}]}}
        """#
    }

    /// Writes the account and the pod of `claims` into a store.
    static func fill(_ store: MetaStore) throws {
        try put("demo/serviceaccountaccess/app", access(), store)
        try put("demo/pod/web", #"{"metadata":{"name":"web","namespace":"demo","uid":"pod-1"}}"#, uid: "pod-1", store)
    }

    /// Writes a row as the cloud's message would.
    static func put(_ key: String, _ value: String, uid: String = "", _ store: MetaStore) throws {
        let path = try ResourcePath(parsing: key)
        try store.transaction(writing: true) { view throws(StoreError) in
            let head = try view.head(key)
            let object = NewObject(path: path, value: Bytes(value.utf8), uid: uid, origin: .delivered)
            try view.apply(.put(object, replacing: head?.rowID), now: now * 1000)
        }
    }

    /// Removes a row, as the cloud's message would.
    static func delete(_ key: String, _ store: MetaStore) throws {
        try store.transaction(writing: true) { view throws(StoreError) in
            try view.apply(.delete(key: key, remember: true), now: now * 1000)
        }
    }
}

extension _RSA.Signing.RSASignature {
    fileprivate var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
