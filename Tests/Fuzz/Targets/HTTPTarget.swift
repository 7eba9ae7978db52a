internal import MetaServer

/// Paths, queries and headers of the local API, behind the parser of HTTP itself.
enum HTTPTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let authenticator = TokenAuthenticator(token: "0123456789abcdef")
        func lets(_ request: APIRequest) -> Bool {
            authenticator.bearer(of: request) == .own
        }
        if let target = RequestTarget(text) {
            let path = target.segments.map { "/" + RequestTarget.escape($0) }.joined()
            let query = target.query.map { RequestTarget.escape($0.name) + "=" + RequestTarget.escape($0.value) }
            let written = (path.isEmpty ? "/" : path) + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
            guard let again = RequestTarget(written) else { throw FuzzFinding("a target that is written is read") }
            try expect(again.segments == target.segments, "the path's parts survive escaping")
            try expect(
                again.query.map { $0.name } == target.query.map { $0.name }, "the query's names survive escaping")
            try expect(
                again.query.map { $0.value } == target.query.map { $0.value }, "the query's values survive escaping")
            let request = APIRequest(method: "GET", target: target, headers: [("Authorization", text)])
            try expect(!lets(request), "a path is no token")
        }
        guard let plain = RequestTarget("/") else { throw FuzzFinding("the root is a path") }
        let request = APIRequest(method: "GET", target: plain, headers: [("authorization", text)])
        if lets(request) {
            try expect(text.hasSuffix("0123456789abcdef"), "nobody gets in without the token")
        }
    }
}
