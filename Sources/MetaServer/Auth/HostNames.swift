internal import Beehive

/// The names under which the network address may be used, so that no web page of elsewhere reads what is served here.
///
/// A browser on the node reaches the address too. A page whose name somebody lets point to 127.0.0.1 would be of the same
/// origin as this server, and read everything (DNS rebinding): the `Host` that the browser sends still has that name.
/// And whatever a page of another origin sends is refused by its `Origin`, which programs do not send.
package struct HostNames: Sendable {
    /// Names beside those of the loopback addresses, in lower case.
    private let names: Set<String>
    /// Whether `Host` is looked at: with TLS, and a token besides, a name alone leads nowhere.
    private let checksHost: Bool

    /// Makes names.
    ///
    /// - Parameters:
    ///   - names: names and addresses that are this server's beside the loopback ones.
    ///   - checksHost: false where TLS and tokens guard the address.
    package init(_ names: [String], checksHost: Bool) {
        self.names = Set(names.map { $0.lowercased() })
        self.checksHost = checksHost
    }

    /// Why a request is refused; nil when it is not.
    ///
    /// The Unix socket is out of a browser's reach.
    func refusal(of request: APIRequest) -> APIResponse? {
        guard case .network = request.peer else { return nil }
        let hosts = request.headers.filter { $0.name.lowercased() == "host" }.map(\.value)
        if checksHost, let foreign = hosts.first(where: { !isOwn(Self.host(of: $0)) }) {
            return .failure(
                421, reason: "BadRequest",
                "this server is not \(OneLine.of(foreign, limit: 100)): use 127.0.0.1, localhost, or the host of "
                    + "metaserver.server")
        }
        guard let origin = request.header("Origin") else { return nil }
        let parts = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let host = hosts.first, parts[2].lowercased() == host.lowercased()
        else {
            return .failure(
                403, reason: "Forbidden",
                "web pages of \(OneLine.of(origin, limit: 100)) may not use this server; only its own pages may")
        }
        return nil
    }

    private func isOwn(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || Self.isLoopback(host) || names.contains(host)
    }

    /// 127.0.0.0/8, in four decimal numbers and no other way of writing.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.count <= 3 && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    }

    /// The host of `host`, `host:port`, `[address]` or `[address]:port`, in lower case.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") {
            let inside = authority.dropFirst()
            return inside.firstIndex(of: "]").map { String(inside[..<$0]).lowercased() } ?? ""
        }
        return (authority.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? "")
            .lowercased()
    }
}
