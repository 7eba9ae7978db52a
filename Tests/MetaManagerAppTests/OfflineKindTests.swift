import MetaManagerApp
import Testing

/// What may stand in `metaserver.offline.kinds` is told before the start.
struct OfflineKindTests {
    @Test(
        "a word that means no kind is a fault that names what was meant",
        arguments: [
            ("[foo]", "'foo' is no kind"), ("[configmap]", "did you mean configmaps?"),
            ("[configmaps, secrets]", "'secrets' cannot be"), ("[pods/scale]", "nothing but /status"),
        ])
    func wrong(list: String, words: String) {
        let found = problems(flags: ["metaserver.offline.kinds=\(list)"])
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test("a key file that is not there is told before the start")
    func keyFile() throws {
        let flags = ["metaserver.auth.mode=serviceaccount", "metaserver.auth.service-account.key-files=[/no/such.pub]"]
        let notices = try configuration(flags: flags).notices
        #expect(notices.contains { $0.contains("/no/such.pub is not there") }, "\(notices)")
    }

    @Test("kinds, their statuses and custom kinds are none")
    func right() {
        #expect(problems(flags: ["metaserver.offline.kinds=[pods, pods/status, gadgets.example.io/status]"]) == [])
        #expect(problems(flags: ["metaserver.offline.kinds=[]"]) == [])
    }
}
