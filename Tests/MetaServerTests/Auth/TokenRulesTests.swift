import Beehive
import Crypto
import NodePKI
import Testing

@testable import MetaServer

/// What can be told from a token and the cluster's public keys alone.
struct TokenRulesTests {
    private static let now = TokenMaker.now * 1000

    private func fault(
        _ token: String, _ rules: TokenRules, now: Int64 = TokenRulesTests.now
    ) -> TokenFault? {
        do throws(TokenFault) {
            _ = try rules.check(Array(token.utf8), now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: VerificationKey.Algorithm.allCases)
    func `a token of the cluster passes by each algorithm, and not with one byte changed`(
        algorithm: VerificationKey.Algorithm
    ) throws {
        let maker = try TokenMaker(algorithm.rawValue)
        let rules = try TokenMaker.rules([maker])
        let token = try maker.token()
        let said = try rules.check(Array(token.utf8), now: Self.now)
        #expect(said.account == "app" && said.namespace == "demo" && said.accountUID == "account-1")
        #expect(said.bindings == [.init(kind: .pod, name: "web", uid: "pod-1")])
        let bytes = Array(token.utf8)
        for place in bytes.indices {
            var changed = bytes
            // Another letter of the same alphabet: its lowest bit alone, where padding could hide it.
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            if case .known = try? Self.known(changed, rules) { Issue.record("passes with byte \(place) changed") }
        }
    }

    private enum Outcome { case known }

    private static func known(_ token: [UInt8], _ rules: TokenRules) throws -> Outcome {
        _ = try rules.check(token, now: now)
        return .known
    }

    @Test func `five overlapping generations of keys pass while their tokens hold`() throws {
        let makers = try ["RS256", "ES256", "RS256", "ES384", "RS256"].map { try TokenMaker($0) }
        let rules = try TokenMaker.rules(makers)
        for (generation, maker) in makers.enumerated() {
            let start = TokenMaker.now + Int64(generation) * 600
            var claims = TokenMaker.claims()
            for key in ["nbf", "iat"] { claims[key] = JSONValue(integer: start) }
            claims["exp"] = JSONValue(integer: start + 3600)
            let token = try maker.token(claims)
            for passed in stride(from: Int64(0), to: 3600, by: 300) {
                #expect(fault(token, rules, now: (start + passed) * 1000) == nil, "generation \(generation)")
            }
            #expect(fault(token, rules, now: (start + 3660) * 1000) == .expired)
            #expect(fault(token, rules, now: (start - 61) * 1000) == .notYet)
            // The key that was taken out of the files takes its tokens with it.
            let without = try TokenMaker.rules(makers.enumerated().filter { $0.offset != generation }.map(\.element))
            #expect(fault(token, without, now: start * 1000) == .signature)
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let what: String
        let fault: TokenFault
        let edit: @Sendable (inout JSONValue) -> Void
        var testDescription: String { what }

        init(_ what: String, _ fault: TokenFault, _ edit: @escaping @Sendable (inout JSONValue) -> Void) {
            (self.what, self.fault, self.edit) = (what, fault, edit)
        }
    }

    static let wrong: [Wrong] = [
        Wrong("other issuer", .issuer) { $0["iss"] = "https://other" },
        Wrong("no issuer", .issuer) { $0["iss"] = nil },
        Wrong("issuer of another type", .issuer) { $0["iss"] = ["https://kubernetes.default.svc.cluster.local"] },
        Wrong("other audience", .audience) { $0["aud"] = ["vault"] },
        Wrong("audience as text", .audience) { $0["aud"] = "vault" },
        Wrong("audience of another type", .audience) { $0["aud"] = 5 },
        Wrong("expired", .expired) { $0["exp"] = JSONValue(integer: TokenMaker.now - 60) },
        Wrong("expired long ago", .expired) { $0["exp"] = 0 },
        Wrong("without an end", .noEnd) { $0["exp"] = nil },
        Wrong("end is no number", .form) { $0["exp"] = "never" },
        Wrong("end beyond all numbers", .form) { $0["exp"] = .number(Bytes("1e300".utf8)) },
        Wrong("not yet valid", .notYet) { $0["nbf"] = JSONValue(integer: TokenMaker.now + 61) },
        Wrong("made in the future", .notYet) { $0["iat"] = JSONValue(integer: TokenMaker.now + 3600) },
        Wrong("a user", .subject) { $0["sub"] = "admin" },
        Wrong("no subject", .subject) { $0["sub"] = nil },
        Wrong("the subject of another account", .subject) { $0["sub"] = "system:serviceaccount:demo:other" },
        Wrong("the subject of another namespace", .subject) { $0["sub"] = "system:serviceaccount:other:app" },
        Wrong("no claims of Kubernetes", .subject) { $0["kubernetes.io"] = nil },
        Wrong("account without uid", .subject) { $0["kubernetes.io"]?["serviceaccount"]?["uid"] = nil },
        Wrong("pod without uid", .subject) { $0["kubernetes.io"]?["pod"]?["uid"] = nil },
        Wrong("pod with a path for a name", .subject) { $0["kubernetes.io"]?["pod"]?["name"] = "a/../b" },
    ]

    @Test(arguments: wrong) func `a token that is signed but wrong is refused, with the check that failed`(one: Wrong)
        throws
    {
        let maker = try TokenMaker("ES256")
        var claims = TokenMaker.claims()
        one.edit(&claims)
        #expect(fault(try maker.token(claims), try TokenMaker.rules([maker])) == one.fault)
    }

    @Test func `the audiences that are configured count, and a token without is for the API`() throws {
        let maker = try TokenMaker("ES256")
        var claims = TokenMaker.claims()
        let rules = try TokenMaker.rules([maker], audiences: ["edge", "other"])
        #expect(fault(try maker.token(claims), rules) == .audience)
        claims["aud"] = ["vault", "edge"]
        #expect(fault(try maker.token(claims), rules) == nil)
        claims["aud"] = "other"
        #expect(fault(try maker.token(claims), rules) == nil)
        claims["aud"] = nil
        #expect(fault(try maker.token(claims), rules) == nil)
    }

    @Test func `no algorithm but those with a key pair is taken`() throws {
        let maker = try TokenMaker("RS256")
        let rules = try TokenMaker.rules([maker])
        let claims = Base64.url.encode(Array(TokenMaker.claims().json))
        for name in ["none", "None", "NONE", "", "HS256", "rs256", "RS1", "EdDSA", "PS384", "dir"] {
            let head = Base64.url.encode(Array(#"{"alg":"\#(name)","typ":"JWT"}"#.utf8))
            // The public key as the shared secret, as the confused would check it.
            let secret = SymmetricKey(data: Array(maker.publicPEM.utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Array("\(head).\(claims)".utf8), using: secret)
            for signature in ["", Base64.url.encode(Array(code))] {
                #expect(fault("\(head).\(claims).\(signature)", rules) == .algorithm, "\(name)")
            }
        }
        #expect(fault(try maker.token(head: ["typ": "JWT"]), rules) == .algorithm)
    }

    @Test func `a key signs by its own algorithms alone`() throws {
        let (rsa, p256, p384) = (try TokenMaker("RS256"), try TokenMaker("ES256"), try TokenMaker("ES384"))
        let rules = try TokenMaker.rules([rsa, p256, p384])
        for (maker, names) in [
            (rsa, ["RS384", "RS512", "PS256", "ES256"]), (p256, ["ES384", "ES512", "RS256"]),
            (p384, ["ES256", "ES512", "PS256"]),
        ] {
            for name in names {
                let token = try maker.token(head: ["alg": JSONValue(text: name)])
                #expect(fault(token, rules) == .signature, "\(maker.algorithm) as \(name)")
            }
        }
    }

    @Test func `a key's name only says where to begin`() throws {
        let (first, second) = (try TokenMaker("ES256"), try TokenMaker("ES256"))
        let rules = try TokenMaker.rules([first, second])
        let name = try first.verification.identifier
        #expect(fault(try second.token(head: ["alg": "ES256"]), rules) == nil)
        #expect(fault(try second.token(head: ["alg": "ES256", "kid": "unheard of"]), rules) == nil)
        #expect(fault(try second.token(head: ["alg": "ES256", "kid": JSONValue(text: name)]), rules) == .signature)
        #expect(
            fault(try TokenMaker("ES256").token(head: ["alg": "ES256", "kid": JSONValue(text: name)]), rules)
                == .signature)
        #expect(fault(try second.token(head: ["alg": "ES256", "crit": ["b64"]]), rules) == .form)
        #expect(fault(try second.token(), try TokenMaker.rules([])) == .signature)
    }

    @Test(arguments: [
        "", ".", "..", "...", "a.b", "a.b.c", "e30.e30.", "e30.e30.e30.e30", "eyJ.eyJ.", "[].{}.", "\u{0}",
    ])
    func `what is no token is refused`(text: String) throws {
        let found = fault(text, try TokenMaker.rules([try TokenMaker("ES256")]))
        #expect(found == .form || found == .algorithm, "\(String(describing: found))")
    }

    @Test func `a token is bounded in size and depth`() throws {
        let maker = try TokenMaker("ES256")
        let rules = try TokenMaker.rules([maker])
        #expect(fault(String(repeating: "a", count: (16 << 10) + 1), rules) == .tooLong(limit: 16 << 10))
        let deep = String(repeating: "[", count: 6000)
        let head = Base64.url.encode(Array(#"{"alg":"ES256"}"#.utf8))
        #expect(fault("\(head).\(Base64.url.encode(Array(deep.utf8))).AAAA", rules) == .form)
    }

    @Test func `a token of the old form hangs on its Secret`() throws {
        let maker = try TokenMaker("RS256")
        let token = try maker.token(Self.oldClaims)
        let said = try TokenMaker.rules([maker]).check(Array(token.utf8), now: Self.now)
        #expect(said.bindings == [.init(kind: .secret, name: "app-token", uid: "")])
        #expect(said.expires == nil)
        var claims = Self.oldClaims
        claims["kubernetes.io/serviceaccount/secret.name"] = nil
        #expect(fault(try maker.token(claims), try TokenMaker.rules([maker])) == .subject)
    }

    static var oldClaims: JSONValue {
        [
            "iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:demo:app",
            "kubernetes.io/serviceaccount/namespace": "demo",
            "kubernetes.io/serviceaccount/secret.name": "app-token",
            "kubernetes.io/serviceaccount/service-account.name": "app",
            "kubernetes.io/serviceaccount/service-account.uid": "account-1",
        ]
    }

    @Test func `good tokens are remembered, within a bound and no longer than the keys`() throws {
        let maker = try TokenMaker("ES256")
        let tokens = VerifiedTokens(rules: try TokenMaker.rules([maker]), capacity: 8)
        let token = Array(try maker.token().utf8)
        #expect(try tokens.check(token, now: Self.now) == tokens.check(token, now: Self.now))
        #expect(tokens.count == 1)
        #expect(throws: TokenFault.expired) { try tokens.check(token, now: Self.now + 3_700_000) }
        #expect(throws: TokenFault.signature) {
            try tokens.check(token.dropLast(4) + Array("AAAA".utf8), now: Self.now)
        }
        #expect(tokens.count == 1)
        for number in 0..<40 {
            var claims = TokenMaker.claims()
            claims["jti"] = JSONValue(integer: number)
            _ = try tokens.check(Array(try maker.token(claims).utf8), now: Self.now)
            #expect(tokens.count <= 8)
        }
        _ = try tokens.check(token, now: Self.now)
        tokens.set(try TokenMaker.rules([try TokenMaker("ES256")]))
        #expect(tokens.count == 0)
        #expect(throws: TokenFault.signature) { try tokens.check(token, now: Self.now) }
    }
}
