import Beehive
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

/// Local writes of what is secret, in the console: as hidden as the object itself.
@Suite(.timeLimit(.minutes(5)))
struct ConsoleSealedWriteTests {
    private static let rows = [
        "site/pendingwrite/configmap.login": "",
        "site/conflict/configmap.login.id-1": #","reason":"Conflict","cloud":"8""#,
        // Without a kind nothing in it says what it is, but for the row's own name.
        "site/pendingwrite/secret.login": "", "site/conflict/secret.login.id-2": #","reason":"Conflict","ended":5"#,
        "site/pendingwrite/serviceaccounttoken.login": "",
    ]

    private static func fill(_ store: MetaStore) throws {
        try store.transaction(writing: true) { view throws(StoreError) in
            for (key, more) in rows {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let value = """
                    {"resource":{"group":"","version":"v1","plural":"things"},"namespace":"site","name":"login",\
                    "object":{"metadata":{"name":"login","labels":{"app":"shop"},"annotations":{"x":"CANARY"}},\
                    "data":{"password":"CANARY"},"spec":{"deep":["CANARY"]}},"base":{"resourceVersion":"7","uid":"u"},\
                    "time":1,"changed":2,"caller":"me","steps":[{"id":"s-1","verb":"update","subresource":""}],\
                    "checking":{"data":{"password":"CANARY"}},"unknown":"CANARY","problem":"CANARY is no number",\
                    "message":"CANARY is no number"\(more)}
                    """
                try view.apply(
                    .put(NewObject(path: path, value: Bytes(value.utf8), origin: .local), replacing: nil), now: 1)
            }
        }
    }

    @Test func `a write of a sealed or secret type shows who wrote what and when, and not what it holds`() async throws
    {
        let seal: (inout ServerContext) -> Void = { context in
            context.sealing = Sealing(types: ["configmap"], key: .file("/nowhere/key"))
        }
        try await Fixture.serve(fill: Self.fill, context: seal) { fixture in
            for key in Self.rows.keys {
                let answer = try await fixture.get("/metamanager/v1/console/object?key=\(key)")
                let object = try #require(answer.json)
                let yaml = try #require(object["yaml"]?.text)
                #expect(object["masked"] == true && !yaml.isEmpty)
                #expect(!String(decoding: object.json, as: UTF8.self).contains("CANARY"), "\(key)")
                for part in ["things", "caller: me", "password: (hidden)", "app: shop", "verb: update", "s-1"] {
                    #expect(yaml.contains(part), "\(key) lacks \(part)")
                }
                #expect(yaml.contains("reason: Conflict") == key.contains("/conflict/"))
            }
        }
    }

    @Test func `a write of another type is shown whole`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/console/object?key=site/pendingwrite/configmap.login")
            #expect(answer.json?["masked"] == false && answer.json?["yaml"]?.text?.contains("password: CANARY") == true)
        }
    }
}
