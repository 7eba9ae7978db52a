public import Beehive

/// A request for a token of a service account, and its answer; the token shows in no description.
public struct TokenRequest: MetaObject {
    /// The kind; a token is asked for through `NodeReporter`, not by a path.
    public static let resource = APIResource(
        group: "authentication.k8s.io", plural: "tokenrequests", kind: "TokenRequest")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - serviceAccount: whose token.
    ///   - audiences: whom it is for; empty: the cluster's API server.
    ///   - lifetime: how long it should be good for; whole seconds.
    ///   - pod: the pod that it dies with; nil for none.
    public init(
        serviceAccount: ObjectName, audiences: [String] = [], lifetime: Duration = .seconds(3607), pod: Pod? = nil
    ) {
        self.init(name: serviceAccount.name, namespace: serviceAccount.namespace)
        var bound: JSONValue = .null
        if let pod {
            bound = [
                "kind": "Pod", "apiVersion": "v1", "name": JSONValue(text: pod.name), "uid": JSONValue(text: pod.uid),
            ]
        }
        let names: JSONValue = audiences.isEmpty ? .null : .array(audiences.map { JSONValue(text: $0) })
        json["spec"] = [
            "audiences": names, "expirationSeconds": JSONValue(integer: lifetime.components.seconds),
            "boundObjectRef": bound,
        ]
    }

    /// Whom it is for.
    public var audiences: [String] { json.elements(at: "spec", "audiences").compactMap(\.text) }
    /// The token; nil before it was answered.
    public var token: String? { json.text(at: "status", "token").flatMap { $0.isEmpty ? nil : $0 } }
    /// When the token ends, in milliseconds since 1970.
    public var expires: Int64? { json.time(at: "status", "expirationTimestamp") }
}

/// A request for a certificate.
public struct CertificateSigningRequest: MetaObject {
    /// Where requests for certificates are served.
    public static let resource = APIResource(
        group: "certificates.k8s.io", plural: "certificatesigningrequests", kind: "CertificateSigningRequest",
        isNamespaced: false)
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - name: its name; has to be new.
    ///   - request: the PKCS #10 request, in PEM.
    ///   - signer: who is to sign, such as `kubernetes.io/kubelet-serving`.
    ///   - usages: what the certificate is for, such as `server auth`.
    public init(name: String, request: [UInt8], signer: String, usages: [String]) {
        self.init(name: name)
        json["spec"] = [
            "request": JSONValue(text: Base64Data.encode(request)), "signerName": JSONValue(text: signer),
            "usages": .array(usages.map { JSONValue(text: $0) }),
        ]
    }

    /// The PKCS #10 request, in PEM.
    public var request: [UInt8] { json.text(at: "spec", "request").flatMap(Base64Data.decode) ?? [] }
    /// Who is to sign.
    public var signer: String { json.text(at: "spec", "signerName") ?? "" }
    /// The conditions.
    public var conditions: [Condition] { json.elements(at: "status", "conditions").map(Condition.init(json:)) }
    /// Whether somebody has approved it.
    public var isApproved: Bool { conditions.contains { $0.type == "Approved" && $0.status != "False" } }
    /// Whether somebody has denied it.
    public var isDenied: Bool { conditions.contains { $0.type == "Denied" && $0.status != "False" } }
    /// The certificate, in PEM; nil before it was signed.
    public var certificate: [UInt8]? {
        json.text(at: "status", "certificate").flatMap { $0.isEmpty ? nil : Base64Data.decode($0) }
    }
}
