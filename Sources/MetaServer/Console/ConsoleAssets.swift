internal import Beehive
internal import Crypto

/// One file of the console: the same bytes for everybody, with nothing of the node in them.
struct ConsoleAsset: Sendable {
    let type: String
    let bytes: Bytes
    let tag: String

    init(type: String, _ text: String) {
        self.type = type
        bytes = Bytes(text.utf8)
        let digits = SHA256.hash(data: Array(bytes)).prefix(12).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        tag = "\"\(digits.joined())\""
    }

    /// Lets the page's own files do all it needs, and nothing else anything.
    ///
    /// The last word has Chromium refuse to make markup out of text, whatever the script may do.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

    private var headers: [(name: String, value: String)] {
        [
            ("Content-Security-Policy", Self.policy), ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    /// The answer to a request: the file, or that the browser's copy is still the same.
    func respond(to request: APIRequest) -> APIResponse {
        let headers = headers + [("ETag", tag)]
        guard request.header("If-None-Match") != tag else {
            return APIResponse(status: 304, type: type, headers: headers, body: .bytes([]))
        }
        return APIResponse(type: type, headers: headers, body: .bytes(bytes))
    }

    /// The answer without a mark: what a stranger got is not kept for later.
    func unmarked() -> APIResponse { APIResponse(type: type, headers: headers, body: .bytes(bytes)) }
}

/// The console's files.
struct ConsoleAssets: Sendable {
    /// The page for whoever came with a token, or needs none.
    let page = ConsoleAsset(type: "text/html; charset=utf-8", ConsolePage.html(asksForToken: false))
    /// The page for everybody else: it begins with asking for the token.
    let strangersPage = ConsoleAsset(type: "text/html; charset=utf-8", ConsolePage.html(asksForToken: true))
    let style = ConsoleAsset(type: "text/css; charset=utf-8", ConsoleStyle.text)
    let script = ConsoleAsset(type: "text/javascript; charset=utf-8", ConsoleScript.text)
    let icon = ConsoleAsset(type: "image/svg+xml", ConsolePage.icon)
}
