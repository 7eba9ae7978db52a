/// The cloud's https endpoint (`edgehub.http.url`).
struct CloudAddress: Sendable, Hashable {
    /// A name or an address, IPv6 without brackets.
    let host: String
    let port: Int
    /// What stands before each path; without a slash at its end.
    let prefix: String
    let isNumeric: Bool

    init(_ url: String) throws(IdentityError) {
        let problem = IdentityError(
            .settings, "edgehub.http.url \"\(url)\" is not of the form https://host:10002: correct it")
        guard url.lowercased().hasPrefix("https://") else { throw problem }
        let rest = url.dropFirst("https://".count)
        guard !rest.contains(where: { $0.isWhitespace || "@?#".contains($0) }) else {
            // A URL with a password in it must not be shown.
            throw IdentityError(
                .settings, "edgehub.http.url has a user, a query or a blank in it: use https://host:10002")
        }
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        prefix = path
        let name: Substring
        let tail: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            name = authority[authority.index(after: authority.startIndex)..<end]
            tail = authority[authority.index(after: end)...]
            isNumeric = true
        } else {
            name = authority.prefix { $0 != ":" }
            tail = authority.dropFirst(name.count)
            isNumeric = name.allSatisfy { $0.isNumber || $0 == "." }
        }
        guard !name.isEmpty, tail.isEmpty || tail.hasPrefix(":") else { throw problem }
        host = String(name)
        if tail.isEmpty {
            port = 443
        } else {
            guard let number = Int(tail.dropFirst()), 1...65_535 ~= number else { throw problem }
            port = number
        }
    }

    /// As in a URL, with brackets where they are needed.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
