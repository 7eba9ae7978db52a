#if DEBUG
    import Beehive
    import Crypto
    import FakeCloud
    import Glibc
    import NodePKI
    import Testing

    /// A pod's service account that calls the local API over TCP with a token of a cluster of the test's own.
    struct ServiceAccountCaller: Sendable {
        static let issuer = "https://cluster.example"
        let key = P256.Signing.PrivateKey()
        let port: Int

        /// A token that is good for an hour around now.
        func token() throws -> String {
            let now = Int(SystemTime().now().wall / 1000)
            let head: JSONValue = [
                "alg": "ES256",
                "kid": JSONValue(text: try VerificationKey.keys(pem: key.publicKey.pemRepresentation)[0].identifier),
            ]
            let claims: JSONValue = [
                "iss": JSONValue(text: Self.issuer), "aud": [JSONValue(text: Self.issuer)],
                "sub": "system:serviceaccount:demo:app", "exp": JSONValue(integer: now + 3600),
                "nbf": JSONValue(integer: now - 60), "iat": JSONValue(integer: now - 60),
                "kubernetes.io": [
                    "namespace": "demo", "serviceaccount": ["name": "app", "uid": "account-1"],
                ],
            ]
            let text = "\(Base64.url.encode(Array(head.json))).\(Base64.url.encode(Array(claims.json)))"
            let signature = try key.signature(for: SHA256.hash(data: Array(text.utf8))).rawRepresentation
            return "\(text).\(Base64.url.encode(Array(signature)))"
        }

        /// The status that the API answers the token's bearer with.
        func status() throws -> Int {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            try #require(isConnected)
            let request =
                "GET /api/v1/namespaces/demo/pods HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(try token())\r\n"
                + "Connection: close\r\n\r\n"
            try #require(send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count)
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            let head = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            return try #require(head.split(separator: " ").dropFirst().first.flatMap { Int($0) }, "\(head)")
        }

        /// What the cloud sends about the account.
        static let access = Objects.content(
            #"{"metadata":{"name":"app","namespace":"demo"},"spec":{"serviceAccount":{"metadata":{"name":"app","#
                + #""namespace":"demo"}},"serviceAccountUid":"account-1","accessRoleBinding":[],"#
                + #""accessClusterRoleBinding":[]}}"#)
    }

    extension ServiceAccountCaller {
        /// The keys of tokens: before the change such a token is refused, after it the API knows who calls.
        static let rows: [LiveKey] = [
            row("metaserver.auth.service-account.key-files", "[@/other.pub]", "[@/other.pub, @/cluster.pub]"),
            row("metaserver.auth.service-account.issuer", "https://other.example", issuer),
            row("metaserver.auth.service-account.audiences", "[https://other.example]", "[\(issuer)]"),
        ]

        private static func row(_ key: String, _ before: String, _ after: String) -> LiveKey {
            // The row's own key comes in its place.
            let others = [
                "metaserver.auth.service-account.key-files": "[@/cluster.pub]",
                "metaserver.auth.service-account.issuer": issuer,
            ]
            return LiveKey(
                key, before, after, with: others, isServiceAccount: true,
                prepare: { live in
                    let made = try #require(live.caller)
                    try await live.node.push(
                        live.node.cloud.message(.insert, "demo/serviceaccountaccess/app", content: access))
                    #expect(try made.status() == 401)
                },
                observe: { live in
                    let caller = try #require(live.caller)
                    // Known, whether it may read them or not.
                    #expect([200, 403].contains(try caller.status()))
                })
        }

        /// A port that was free a moment ago.
        static func freePort() throws -> Int {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            try #require(isBound)
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
#endif
