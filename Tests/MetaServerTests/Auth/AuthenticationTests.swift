import Beehive
import Glibc
import KubeAPI
import Logging
import MetaStore
import NIOPosix
import NodePKI
import TestKit
import Testing

@testable import MetaServer

/// Who may do what at a server that serves, and with the store that it asks.
struct AuthenticationTests {
    private static let now = TokenMaker.now * 1000

    /// A store with the account of the tests, which a test may change.
    private final class World: Sendable {
        let folder: String
        let store: Lock<MetaStore>
        let accounts: StoredAccounts
        let time = ManualTime(start: Moment(wall: AuthenticationTests.now, ticks: 1))

        init() throws {
            var template = Array("/tmp/metaserver-auth.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw ServerError(description: "no folder for the test") }
            folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let made = try MetaStore(path: "\(folder)/edgecore.db", now: AuthenticationTests.now)
            try TokenMaker.fill(made)
            store = Lock(made)
            accounts = StoredAccounts(reader: try StoreReader(path: "\(folder)/edgecore.db"), threads: .singleton)
        }

        deinit {
            for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }

        func authenticator(_ makers: [TokenMaker]) throws -> ServiceAccountAuthenticator {
            ServiceAccountAuthenticator(rules: try TokenMaker.rules(makers), accounts: accounts, time: time)
        }

        func put(_ key: String, _ value: String, uid: String = "") throws {
            try store.withLock { try TokenMaker.put(key, value, uid: uid, $0) }
        }

        func delete(_ key: String) throws { try store.withLock { try TokenMaker.delete(key, $0) } }
    }

    private func refusal(_ found: Authentication) -> String? {
        if case .refused(let cause) = found { return cause }
        return nil
    }

    @Test func `a token names its account, groups, pod and rules`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        let found = try await world.authenticator([maker]).authenticate(token: Array(maker.token().utf8))
        guard case .known(let caller, let access) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(caller.name == "system:serviceaccount:demo:app")
        #expect(
            caller.groups == ["system:serviceaccounts", "system:serviceaccounts:demo", "system:authenticated"])
        #expect(!caller.isAdmin && caller.uid == "account-1" && caller.pod?.name == "web")
        let pods = KubeKind.Resource(group: "", version: "v1", plural: "pods")
        func may(_ verb: ResourceRequest.Verb, _ namespace: String?) -> Bool {
            access.refusal(of: ResourceRequest(verb: verb, resource: pods, namespace: namespace), user: "x") == nil
        }
        #expect(may(.list, "demo") && !may(.delete, "demo") && !may(.list, "other") && !may(.list, nil))
        #expect(access.allows(AccessQuestion(method: "GET", path: "/metrics")))
        #expect(access.allows(AccessQuestion(method: "GET", path: "/apis")))
    }

    @Test func `a token ends with its account, its pod, its account's uid`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        let authenticator = try world.authenticator([maker])
        let (bound, free) = (Array(try maker.token().utf8), Array(try maker.token(TokenMaker.claims(pod: false)).utf8))
        func refusals() async -> [String?] {
            [
                refusal(await authenticator.authenticate(token: bound)),
                refusal(await authenticator.authenticate(token: free)),
            ]
        }
        #expect(await refusals() == [nil, nil])

        try world.put("demo/pod/web", #"{"metadata":{"uid":"pod-2"}}"#, uid: "pod-2")
        var found = await refusals()
        #expect(found[0]?.contains("bound to the pod web") == true && found[1] == nil, "\(found)")
        try world.delete("demo/pod/web")
        found = await refusals()
        #expect(found[0]?.contains("bound to the pod web") == true && found[1] == nil, "\(found)")
        // A row without its uid beside it, as another program may have left it.
        try world.put("demo/pod/web", #"{"metadata":{"uid":"pod-1"}}"#)
        #expect(await refusals() == [nil, nil])

        try world.put("demo/serviceaccountaccess/app", TokenMaker.access(uid: "account-2"))
        found = await refusals()
        #expect(found.allSatisfy { $0?.contains("made anew") == true }, "\(found)")
        try world.delete("demo/serviceaccountaccess/app")
        found = await refusals()
        #expect(found.allSatisfy { $0?.contains("not known on this node") == true }, "\(found)")
        try world.put("demo/serviceaccountaccess/app", TokenMaker.access())
        #expect(await refusals() == [nil, nil])
        // An object about another account under this name proves nothing.
        try world.put(
            "demo/serviceaccountaccess/app",
            TokenMaker.access().replacing("\"name\":\"app\",\n", with: "\"name\":\"b\","))
        #expect(await refusals().allSatisfy { $0 != nil })
    }

    @Test func `rules change with the stored ones`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        let authenticator = try world.authenticator([maker])
        let token = Array(try maker.token().utf8)
        var object = AccessQuestion.Object()
        (object.namespace, object.plural) = ("demo", "pods")
        for (verbs, isAllowed) in [(#"["list"]"#, true), (#"["get"]"#, false), (#"["*"]"#, true), ("[]", false)] {
            try world.put("demo/serviceaccountaccess/app", TokenMaker.access(verbs: verbs))
            guard case .known(_, let access) = await authenticator.authenticate(token: token) else {
                Issue.record("refused")
                return
            }
            #expect(access.allows(AccessQuestion("list", object)) == isAllowed, "\(verbs)")
        }
    }

    @Test func `a token of the old form holds while its Secret does`() async throws {
        let world = try World()
        let maker = try TokenMaker("RS256")
        let authenticator = try world.authenticator([maker])
        let token = Array(try maker.token(TokenRulesTests.oldClaims).utf8)
        #expect(refusal(await authenticator.authenticate(token: token))?.contains("the secret app-token") == true)
        func secret(_ text: [UInt8]) -> String { #"{"data":{"token":"\#(Base64.standard.encode(text))"}}"# }
        try world.put("demo/secret/app-token", secret(token))
        #expect(refusal(await authenticator.authenticate(token: token)) == nil)
        try world.put("demo/secret/app-token", secret(Array("another".utf8)))
        #expect(refusal(await authenticator.authenticate(token: token)) != nil)
        try world.delete("demo/secret/app-token")
        #expect(refusal(await authenticator.authenticate(token: token)) != nil)
    }

    @Test func `keys are exchanged while it runs`() async throws {
        let world = try World()
        let (old, new) = (try TokenMaker("ES256"), try TokenMaker("RS256"))
        let authenticator = try world.authenticator([old])
        let tokens = try [old, new].map { Array(try $0.token().utf8) }
        func good() async -> [Bool] {
            var found: [Bool] = []
            for token in tokens { found.append(refusal(await authenticator.authenticate(token: token)) == nil) }
            return found
        }
        #expect(await good() == [true, false])
        authenticator.set(try TokenMaker.rules([old, new]))
        #expect(await good() == [true, true])
        authenticator.set(try TokenMaker.rules([new]))
        #expect(await good() == [false, true])
    }

    /// A server as in mode `serviceaccount`, with a path that tells who came in.
    private func serve(
        _ world: World, _ makers: [TokenMaker], _ body: @Sendable @escaping (Fixture) async throws -> Void
    ) async throws {
        let authenticator = PeerAuthenticator(
            users: [4_000_000_000],
            next: TokenAuthenticator(token: "the-nodes-own-token", next: try world.authenticator(makers)))
        try await Fixture.serve(
            authenticator: authenticator,
            routes: { router in
                for prefix in ["/api/", "/apis/", "/openapi/"] {
                    router.under(prefix) { .text("\($0.caller.name) \($0.access.isEverything)") }
                }
                for path in ["/api", "/apis", "/version"] {
                    router.on("GET", path, access: .open) { _ in .text("open") }
                }
            }, body)
    }

    private func status(_ fixture: Fixture, _ path: String, token: String? = nil, network: Bool = true) async throws
        -> String
    {
        let header = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let answer = try await fixture.exchange(
            "GET \(path) HTTP/1.1\r\n\(header)Connection: close\r\n\r\n", network: network)
        return String(answer.dropFirst(9).prefix(3))
    }

    @Test func `another local user without a token gets nothing but health and discovery`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        try await serve(world, [maker]) { fixture in
            for network in [true, false] {
                for path in [
                    "/healthz", "/livez", "/api", "/apis", "/version", "/api/v1", "/apis/apps", "/apis/apps/v1",
                    "/openapi/v2", "/openapi/v3", "/openapi/v3/apis/apps/v1",
                ] {
                    let got = try await status(fixture, path, network: network)
                    #expect(got == "200", "\(path)")
                }
                for path in [
                    "/metrics", "/metamanager/v1/status", "/metamanager/v1/objects", "/api/v1/pods",
                    "/api/v1/namespaces", "/api/v1/namespaces/demo/secrets", "/apis/apps/v1/deployments", "/nothing",
                    "/openapi", "/apis/apps%2Fv1/x/y", "/apis/a%2Fb", "/api/v1%2Fpods", "/healthz/x",
                ] {
                    let got = try await status(fixture, path, network: network)
                    #expect(got == "401", "\(path)")
                }
            }
        }
    }

    @Test func `each caller gets what their rules say`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        let (token, stranger) = (try maker.token(), try TokenMaker("ES256").token())
        try await serve(world, [maker]) { fixture in
            for (path, expected) in [
                ("/api/v1/pods", "200"), ("/metrics", "200"), ("/metamanager/v1/status", "403"),
                ("/metamanager/v1/objects", "403"), ("/healthz", "200"), ("/nothing", "404"),
            ] {
                let got = try await status(fixture, path, token: token)
                #expect(got == expected, "\(path)")
                let admin = try await status(fixture, path, token: "the-nodes-own-token")
                #expect(admin == (expected == "404" ? "404" : "200"), "\(path)")
            }
            // A token that is wrong is told so, also where none is asked for.
            for path in ["/api/v1/pods", "/metrics", "/api/v1"] {
                let got = try await status(fixture, path, token: stranger)
                #expect(got == "401", "\(path)")
            }
            let answer = try await fixture.exchange(
                "GET /api/v1/pods HTTP/1.1\r\nAuthorization: Bearer \(stranger)\r\nConnection: close\r\n\r\n",
                network: true)
            #expect(answer.contains("signature is invalid") && answer.contains(#""reason":"Unauthorized""#))
            #expect(!answer.contains(stranger))
            let forbidden = try await fixture.exchange(
                "GET /metamanager/v1/status HTTP/1.1\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n\r\n",
                network: true)
            #expect(
                forbidden.contains(
                    #"User \"system:serviceaccount:demo:app\" cannot get path \"/metamanager/v1/status\""#))
        }
    }

    @Test func `reviews tell who somebody is and what they may do`() async throws {
        let world = try World()
        let maker = try TokenMaker("ES256")
        let authenticator = TokenAuthenticator(token: "the-nodes-own-token", next: try world.authenticator([maker]))
        let reviews = AccessReviews(authenticator: authenticator, accounts: world.accounts)
        let admin = Caller.admin("system:admin")
        func ask(_ plural: String, _ spec: JSONValue, group: String = "authorization.k8s.io") async throws -> JSONValue
        {
            let resource = KubeKind.Resource(group: group, version: "v1", plural: plural)
            #expect(AccessReviews.answers(resource))
            let answer = try await reviews.answer(
                resource, body: ["spec": spec], caller: admin, rules: .everything)
            return try #require(answer["status"])
        }
        let pods: JSONValue = ["namespace": "demo", "verb": "list", "resource": "pods"]
        #expect(try await ask("selfsubjectaccessreviews", ["resourceAttributes": pods])["allowed"] == true)
        for (user, allowed) in [
            ("system:serviceaccount:demo:app", true), ("system:serviceaccount:demo:none", false), ("x", false),
        ] {
            let status = try await ask(
                "subjectaccessreviews", ["user": JSONValue(text: user), "resourceAttributes": pods])
            #expect(status["allowed"] == .bool(allowed), "\(user)")
        }
        let who = try await ask("selfsubjectreviews", [:], group: "authentication.k8s.io")
        #expect(who["userInfo"]?["username"] == "system:admin")
        let good = try await ask(
            "tokenreviews", ["token": JSONValue(text: try maker.token())], group: "authentication.k8s.io")
        #expect(good["authenticated"] == true)
        #expect(good["user"]?["username"] == "system:serviceaccount:demo:app")
        #expect(good["user"]?["extra"]?["authentication.kubernetes.io/pod-name"] == ["web"])
        let bad = try await ask(
            "tokenreviews", ["token": JSONValue(text: try TokenMaker("ES256").token())], group: "authentication.k8s.io")
        #expect(bad["authenticated"] == nil && bad["error"]?.text?.contains("signature") == true)
        for token in ["a\r\nX: y", "a b", ""] {
            let status = try? await ask(
                "tokenreviews", ["token": JSONValue(text: token)], group: "authentication.k8s.io")
            #expect(status?["authenticated"] == nil)
        }
    }

    @Test func `requests for secrets leave one line each, without content`() {
        let lines = Lock<[String]>([])
        let audit = Audit(logger: Logger(label: "audit") { _ in LineCollector(lines: lines) })
        var caller = Caller(name: "system:serviceaccount:demo:app")
        caller.pod = Caller.Pod(name: "web", uid: "u")
        let secrets = KubeKind.Resource(group: "", version: "v1", plural: "secrets")
        let one = ResourceRequest(verb: .get, resource: secrets, namespace: "demo", name: "s")
        audit.record(one, caller: caller, peer: .network, status: 200)
        audit.record(ResourceRequest(verb: .list, resource: secrets), caller: caller, peer: .local(uid: 7), status: 403)
        let pods = KubeKind.Resource(group: "", version: "v1", plural: "pods")
        audit.record(ResourceRequest(verb: .list, resource: pods), caller: caller, peer: .network, status: 200)
        #expect(
            lines.withLock { $0 } == [
                "secret requested object=demo/secrets/s outcome=200 pod=web user=system:serviceaccount:demo:app verb=get",
                "secret requested object=*/secrets/* outcome=403 pod=web uid=7 user=system:serviceaccount:demo:app verb=list",
            ])
    }
}

/// Keeps log lines.
struct LineCollector: LogHandler {
    let lines: Lock<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Lock<[String]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        lines.withLock { $0.append(event.message.description + fields.joined()) }
    }
}
