internal import Beehive
internal import KubeAPI

/// Requests that an admin makes in the name of somebody else (`kubectl --as`), as far as this node knows what they may do.
package struct Impersonation: Sendable {
    private let accounts: StoredAccounts

    /// Makes one.
    ///
    /// - Parameter accounts: the accounts that the cloud has told of.
    package init(accounts: StoredAccounts) { self.accounts = accounts }

    /// How every such header begins.
    private static let prefix = "impersonate-"

    /// Makes the caller of a request the one that its headers name; does nothing for a request without such headers.
    ///
    /// - Parameters:
    ///   - impersonation: knows the accounts; nil refuses every such request.
    ///   - request: the request, its sender known.
    /// - Returns: nil when the request may go on, otherwise why not: it must never be answered for its sender.
    static func apply(_ impersonation: Impersonation?, to request: inout APIRequest) async -> APIResponse? {
        let headers = request.headers.filter { $0.name.lowercased().hasPrefix(prefix) }
        guard let first = headers.first else { return nil }
        let sender = request.caller
        guard let impersonation else { return refusal(first.name, "nobody is impersonated here: leave it out") }
        guard sender.isAdmin else {
            return refusal(
                first.name,
                "\(sender.name) cannot impersonate anybody: admins of this node can; leave --as out, or use the node's token"
            )
        }
        do throws(Refusal) {
            let (caller, access) = try await impersonation.named(by: headers)
            request.caller = caller
            request.caller.impersonator = sender.name
            request.access = access
            return nil
        } catch {
            return refusal(error.header, error.cause)
        }
    }

    private struct Refusal: Error {
        var header: String
        var cause: String
    }

    private func named(
        by headers: [(name: String, value: String)]
    ) async throws(Refusal) -> (caller: Caller, access: AccessRules) {
        var users: [String] = []
        var groups: [String] = []
        for header in headers {
            switch header.name.lowercased() {
            case "impersonate-user": users.append(header.value)
            case "impersonate-group": groups.append(header.value)
            default:
                throw Refusal(
                    header: header.name, cause: "this node does not know what that would allow: ask without it")
            }
        }
        guard users.count == 1, let user = users.first, !user.isEmpty else {
            throw Refusal(header: "Impersonate-User", cause: "want one user: --as=system:serviceaccount:NAMESPACE:NAME")
        }
        if groups.contains("system:masters") {
            return (.admin(user), .everything)
        }
        guard let account = UserInfo.account(of: user) else {
            throw Refusal(
                header: "Impersonate-User",
                cause: "this node knows what service accounts may do, nothing of other users: name one "
                    + "(--as=system:serviceaccount:NAMESPACE:NAME), or ask the cluster's API server")
        }
        let info = UserInfo.serviceAccount(namespace: account.namespace, name: account.name)
        if let other = groups.first(where: { !info.groups.contains($0) }) {
            throw Refusal(
                header: "Impersonate-Group",
                cause:
                    "\(OneLine.of(other, limit: 100)) is no group of \(user), and this node does not know what it may "
                    + "do: leave --as-group out")
        }
        let rules: AccessRules?
        do {
            rules = try await accounts.rules(namespace: account.namespace, name: account.name)
        } catch {
            throw Refusal(header: "Impersonate-User", cause: "the service account cannot be looked up: \(error)")
        }
        guard let rules else {
            throw Refusal(
                header: "Impersonate-User",
                cause: "no ServiceAccountAccess on this node tells what \(user) may do: ask the cluster's API server")
        }
        return (Caller(name: info.name, groups: info.groups), .everybody.adding(rules))
    }

    private static func refusal(_ header: String, _ cause: String) -> APIResponse {
        .failure(403, reason: "Forbidden", "\(OneLine.of(header, limit: 64)): \(cause)")
    }
}
