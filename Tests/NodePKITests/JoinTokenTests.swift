import NodePKI
import Testing

@Suite("Join token")
struct JoinTokenTests {
    private static let hash = String(repeating: "0a", count: 32)

    @Test("gives the hash and the bearer part, white space or not", arguments: ["", "\n", " \t\n"])
    func parts(space: String) throws {
        let token = try JoinToken("\(space)\(Self.hash.uppercased()).head.body.sign\(space)")
        #expect(token.authorityHash == Self.hash)
        #expect(token.bearer == "head.body.sign")
    }

    @Test(
        "is refused with a cause when it is not whole",
        arguments: [
            ("", "has 1 part"), ("a.b.c", "has 3 part"), ("x.head.body.sign", "64 hex digits"),
            ("\(hash)..body.sign", "empty part"), ("\(hash).a.b.c.d", "has 5 part"),
        ])
    func refused(text: String, cause: String) {
        let error = #expect(throws: JoinTokenError.self) { try JoinToken(text) }
        #expect(error.map { "\($0)".contains(cause) } == true)
    }

    @Test("prints nothing of itself")
    func silent() throws {
        let token = try JoinToken("\(Self.hash).canary.canary.canary")
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped] { #expect(!text.contains("canary")) }
    }
}
