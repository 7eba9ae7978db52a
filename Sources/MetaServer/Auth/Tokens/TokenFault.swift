/// Which check a token did not pass; holds nothing of the token.
enum TokenFault: Error, Hashable, Sendable {
    case tooLong(limit: Int)
    case form
    case algorithm
    case issuer
    case signature
    case noEnd
    case expired
    case notYet
    case audience
    case subject
    case account(String)
    case accountReplaced(String)
    case binding(String)

    /// One line for the client: what is wrong, and the cure.
    var message: String {
        switch self {
        case .tooLong(let limit): "the token is longer than \(limit) bytes"
        case .form:
            "the token is malformed: neither the node's own (metaserver.auth.token-file, api.token beside the database "
                + "unless it is set) nor a service account's"
        case .algorithm:
            "the token's signature algorithm is not accepted: RS256, RS384, RS512, PS256 and ES256, ES384, ES512 are"
        case .issuer: "the token is of another issuer than metaserver.auth.service-account.issuer"
        case .signature:
            "the token's signature is invalid: no key of metaserver.auth.service-account.key-files has made it"
        case .noEnd: "the token has no end (exp)"
        case .expired: "the token has expired: read it again from its file"
        case .notYet: "the token is not valid yet: check this node's clock"
        case .audience: "the token is for another audience than metaserver.auth.service-account.audiences"
        case .subject: "the token's subject is no service account, or another than its claims say"
        case .account(let name):
            "the service account \(name) is not known on this node: deleted, or no ServiceAccountAccess has come from the cloud, which "
                + "sends one for each account of a pod on the node when its feature gate requireAuthorization is on"
        case .accountReplaced(let name): "the service account \(name) was made anew since the token was made"
        case .binding(let what): "the token is bound to \(what), which is not on this node or was replaced"
        }
    }
}
