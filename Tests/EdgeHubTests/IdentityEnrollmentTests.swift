import Beehive
import NodePKI
import TestKit
import Testing

@testable import EdgeHub

@Suite("Identity: enrollment", .timeLimit(.minutes(3)))
struct IdentityEnrollmentTests {
    @Test("a join fetches the CA, then the certificate, as CloudCore wants it asked")
    func join() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let token = try JoinToken(cloud.token)
            let identity = try await cloud.enrollment(url: server.url).join(token: token)
            #expect(identity.commonName == "system:node:edge-1")
            #expect(String(decoding: identity.authority, as: UTF8.self) == cloud.authority.pem)
            #expect(String(decoding: identity.key, as: UTF8.self).hasPrefix("-----BEGIN EC PRIVATE KEY-----"))
            let requests = server.requests
            #expect(requests.map(\.path) == ["/ca.crt", "/edge.crt"])
            #expect(requests[0].headers["authorization"] == nil)
            #expect(requests[1].headers["authorization"] == "Bearer \(token.bearer)")
            #expect(requests[1].headers["nodename"] == "edge-1")
            #expect(requests.allSatisfy { $0.peer == nil })
            #expect(try CertificateRequest(der: requests[1].body).subject.organizations == ["system:nodes"])
            try await server.stop()
        }
    }

    @Test("a renewal shows the old certificate, no token, and brings a new key")
    func renewal() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let old = try cloud.identity()
            let new = try await cloud.enrollment(url: server.url + "/").renew(old)
            #expect(new.key != old.key)
            #expect(server.requests.map(\.path) == ["/edge.crt"])
            #expect(server.requests[0].peer == "system:node:edge-1")
            #expect(server.requests[0].headers["authorization"] == nil)
            let error = await identityError {
                try await cloud.enrollment(url: server.url).renew(cloud.identity(node: "edge-2"))
            }
            #expect(error?.code == .refused)
            #expect(error?.description.contains("401 (request node name is not match)") == true)
            try await server.stop()
        }
    }

    @Test("another CA than the token's ends the join before the token is sent")
    func otherAuthority() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let other = try CertificateAuthority(validity: cloud.validity)
            let error = await Self.join(cloud, server.url, token: other.joinToken(expires: cloud.start + 1_000_000))
            #expect(error?.code == .authority)
            #expect(error?.description.contains("not the one that the join token names") == true)
            #expect(server.requests.map(\.path) == ["/ca.crt"])
            try await server.stop()
        }
    }

    @Test("a wrong or expired token is told, and not shown")
    func wrongToken() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve { request in
                guard request.path == "/edge.crt" else { return cloud.answer(request) }
                // A cloud that says the token back.
                return .text(401, "token validation failure \(request.headers["authorization"] ?? "")\nmore")
            }
            let error = await Self.join(cloud, server.url, token: "\(cloud.authority.hash).canary11.canary22.canary33")
            #expect(error?.code == .refused)
            let text = try #require(error?.description)
            #expect(text.contains("401 (token validation failure Bearer <token>)"), "\(text)")
            #expect(text.contains("wrong or has expired"))
            #expect(!text.contains("canary"))
            try await server.stop()
        }
    }

    @Test("a certificate for another host is refused before the token is sent", arguments: [[], ["localhost"]])
    func otherHost(names: [String]) async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve(addresses: ["10.1.2.3"], dnsNames: names)
            let error = await Self.join(cloud, server.url)
            #expect(error?.code == .tls)
            #expect(error?.description.contains("not for 127.0.0.1") == true, "\(String(describing: error))")
            #expect(server.requests.map(\.path) == ["/ca.crt"])
            try await server.stop()
        }
    }

    @Test("a host name is compared with the names in the certificate")
    func hostName() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve(addresses: [], dnsNames: ["localhost"])
            let error = await Self.join(cloud, "https://localhost:\(server.port)")
            #expect(error == nil)
            try await server.stop()
        }
    }

    @Test("a server of another authority is refused in the renewal")
    func foreignServer() async throws {
        try await IdentityTestCloud.with { cloud in
            let other = try CertificateAuthority(validity: cloud.validity)
            let server = try await IdentityTestServer.start(
                group: cloud.group, authority: other, validity: cloud.validity
            ) { cloud.answer($0) }
            let error = await identityError {
                try await cloud.enrollment(url: server.url).renew(cloud.identity())
            }
            #expect(error?.code == .tls)
            #expect(error?.description.contains("certificate verify failed") == true, "\(String(describing: error))")
            #expect(server.requests.isEmpty)
            try await server.stop()
        }
    }

    @Test("a server that accepts and never speaks costs the time allowed, no more")
    func mute() async throws {
        try await IdentityTestCloud.with { cloud in
            let mute = try await IdentityTestServer.startMute(group: cloud.group)
            let silent = try await cloud.serve { request in
                request.path == "/ca.crt" ? cloud.answer(request) : .silence
            }
            for (server, path) in [(mute, "/ca.crt"), (silent, "/edge.crt")] {
                let error = await Self.join(cloud, server.url, timeout: .milliseconds(700))
                #expect(error?.code == .unreachable)
                #expect(
                    error?.description.contains("no answer to \(path) within 0.7 seconds") == true,
                    "\(String(describing: error))")
                try await server.stop()
            }
        }
    }

    @Test("a join that is cancelled ends at once")
    func cancelled() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve { _ in .silence }
            let task = Task { await Self.join(cloud, server.url) }
            try await eventually("the request is under way", within: .seconds(60)) { !server.requests.isEmpty }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            try await server.stop()
        }
    }

    @Test("no server, and a name that does not resolve")
    func unreachable() async throws {
        try await IdentityTestCloud.with { cloud in
            // A port that was free a moment ago may be another test's by now; nobody serves port 1.
            let refused = await Self.join(cloud, "https://127.0.0.1:1")
            #expect(refused?.code == .unreachable)
            #expect(refused?.description.contains("connection refused") == true, "\(String(describing: refused))")
            let unknown = await Self.join(cloud, "https://no-such-host.invalid:10002")
            #expect(unknown?.code == .unreachable)
            #expect(
                unknown?.description.contains("no-such-host.invalid does not resolve") == true,
                "\(String(describing: unknown))")
        }
    }

    @Test("answers that cannot be used are told apart", arguments: BadAnswer.allCases)
    func badAnswers(kind: BadAnswer) async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve { request in
                request.path == "/ca.crt" ? cloud.answer(request) : kind.reply(request, cloud)
            }
            let error = await Self.join(cloud, server.url)
            #expect(error?.code == (kind.isRefusal ? .refused : .answer))
            #expect(error?.description.contains(kind.cause) == true, "\(String(describing: error))")
            #expect(error?.description.contains("\n") == false)
            try await server.stop()
        }
    }

    enum BadAnswer: String, CaseIterable, Sendable {
        case otherKey
        case otherNode
        case expired
        case junk
        case large
        case redirect
        case failure

        var isRefusal: Bool { self == .redirect || self == .failure }

        var cause: String {
            switch self {
            case .otherKey: "for another key"
            case .otherNode: "for system:node:edge-9, not for system:node:edge-1"
            case .expired: "expired at"
            case .junk: "not a certificate"
            case .large: "larger than 1048576 bytes"
            case .redirect: "redirects are not followed"
            case .failure: "500 (failed to sign certs)"
            }
        }

        func reply(_ request: IdentityTestServer.Request, _ cloud: IdentityTestCloud) -> IdentityTestServer.Reply {
            let now = cloud.start
            switch self {
            case .otherKey: return .answer(200, (try? cloud.identity())?.facts.der ?? [])
            case .otherNode: return .answer(200, (try? cloud.identity(node: "edge-9"))?.facts.der ?? [])
            case .expired:
                guard let asked = try? CertificateRequest(der: request.body),
                    let signed = try? cloud.authority.clientCertificate(
                        for: asked, validity: CertificateValidity(notBefore: now - 2000, notAfter: now - 1000))
                else { return .silence }
                return .answer(200, signed.der)
            case .junk: return .text(200, "{}")
            case .large: return .answer(200, [UInt8](repeating: 0x30, count: 1 << 20 + 1))
            case .redirect: return .text(307, "")
            case .failure: return .text(500, "failed to sign certs\nmore")
            }
        }
    }

    @Test(
        "an address that is none is refused in the settings", arguments: ["http://a:1", "https://", "https://a:b", "a"])
    func addresses(url: String) {
        let error = #expect(throws: IdentityError.self) { try CloudAddress(url) }
        #expect(error?.code == .settings)
    }

    private static func join(
        _ cloud: IdentityTestCloud, _ url: String, token: String? = nil, timeout: Duration = .seconds(60)
    ) async -> IdentityError? {
        await identityError {
            try await cloud.enrollment(url: url, timeout: timeout).join(token: JoinToken(token ?? cloud.token))
        }
    }
}
