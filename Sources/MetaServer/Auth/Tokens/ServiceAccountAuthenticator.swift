public import Beehive
internal import KubeAPI

/// Takes tokens of service accounts (`metaserver.auth.mode: serviceaccount`), without asking the cloud.
public final class ServiceAccountAuthenticator: BearerAuthenticator {
    private let tokens: VerifiedTokens
    private let accounts: StoredAccounts
    private let time: any TimeSource

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - rules: which tokens are accepted.
    ///   - accounts: the accounts that the cloud has told of.
    ///   - time: where the time comes from.
    public init(rules: TokenRules, accounts: StoredAccounts, time: any TimeSource = SystemTime()) {
        tokens = VerifiedTokens(rules: rules)
        self.accounts = accounts
        self.time = time
    }

    /// Takes other keys, issuers and audiences over; what was checked before is checked again.
    ///
    /// - Parameter rules: which tokens are accepted.
    public func set(_ rules: TokenRules) { tokens.set(rules) }

    /// Finds out whose token it is.
    public func authenticate(token: [UInt8]) async -> Authentication {
        let said: ServiceAccountToken
        do throws(TokenFault) {
            said = try tokens.check(token, now: time.now().wall)
        } catch {
            return .refused(error.message)
        }
        do {
            switch try await accounts.check(said, text: token) {
            case .success(let rules): return .known(Caller(said), .everybody.adding(rules))
            case .failure(let fault): return .refused(fault.message)
            }
        } catch {
            return .unavailable("the service account cannot be looked up: \(error)")
        }
    }
}

extension Caller {
    init(_ token: ServiceAccountToken) {
        let user = UserInfo.serviceAccount(
            namespace: token.namespace, name: token.account, uid: token.accountUID)
        self.init(name: user.name, groups: user.groups)
        uid = user.uid
        if let pod = token.bindings.first(where: { $0.kind == .pod }) { self.pod = Pod(name: pod.name, uid: pod.uid) }
    }
}
