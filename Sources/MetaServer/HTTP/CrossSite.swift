/// Keeps other sites that a browser has open from acting through it.
enum CrossSite {
    /// Refuses what changes something and was sent by a page of another origin; nil for all else.
    ///
    /// Only browsers send these headers, and no script can make them up or leave them out.
    static func refusal(of request: APIRequest) -> APIResponse? {
        guard request.method != "GET", request.method != "HEAD" else { return nil }
        let site = request.header("Sec-Fetch-Site")
        let isForeign =
            site.map { $0 != "same-origin" && $0 != "none" } ?? false
            || request.header("Origin").map { !isOwn($0, host: request.header("Host")) } ?? false
        guard isForeign else { return nil }
        return .failure(
            403, reason: "Forbidden",
            "a page of another site asked for this; what changes something is taken from this address's own pages alone"
        )
    }

    /// Whether an origin such as `http://127.0.0.1:10550` is the host that was asked.
    static func isOwn(_ origin: String, host: String?) -> Bool {
        guard let host, !host.isEmpty else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    /// Whether a host's name could be another site's that was made to lead here: no address, not `localhost`, and with a dot.
    static func isNamedElsewhere(_ host: String?) -> Bool {
        guard let host, !host.isEmpty, !host.hasPrefix("[") else { return false }
        let name = host.split(separator: ":", omittingEmptySubsequences: false)[0].lowercased()
        let parts = name.split(separator: ".")
        guard parts.count > 1, parts.last != "localhost" else { return false }
        return parts.count != 4 || !parts.allSatisfy { UInt8($0) != nil }
    }
}
