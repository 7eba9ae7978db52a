/// What lets a node into a cloud: the hash of the cloud's CA, and the bearer token for its first certificate.
///
/// Four parts joined by dots, as the Secret `kubeedge/tokensecret` holds them: 64 hex digits, and the three of a JWT.
/// It never prints itself, since whoever reads it in a log can join in the node's place.
public struct JoinToken: Sendable, Hashable {
    /// SHA-256 over the DER of the CA's certificate, in lower-case hex.
    public let authorityHash: String
    /// What goes into `Authorization: Bearer`: the last three parts.
    public let bearer: String

    /// Reads a token.
    ///
    /// - Parameter text: the token, with or without white space around it.
    /// - Throws: `JoinTokenError`, which tells what is wrong without telling the token.
    public init(_ text: String) throws(JoinTokenError) {
        let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        let parts = String(trimmed).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw JoinTokenError(.parts(parts.count)) }
        guard parts[0].utf8.count == 64, parts[0].allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw JoinTokenError(.hash)
        }
        guard parts.dropFirst().allSatisfy({ !$0.isEmpty }) else { throw JoinTokenError(.emptyPart) }
        authorityHash = parts[0].lowercased()
        bearer = parts.dropFirst().joined(separator: ".")
    }
}

extension JoinToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the token.
    public var description: String { "<join token>" }
    /// Never the token.
    public var debugDescription: String { description }
    /// Never the token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is wrong with a join token.
public struct JoinTokenError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case parts(Int)
        case hash
        case emptyPart
    }

    let code: Code

    init(_ code: Code) { self.code = code }

    /// One line for people: the cause and the cure.
    public var description: String {
        let cause =
            switch code {
            case .parts(let count): "has \(count) part(s), not four joined by dots"
            case .hash: "does not begin with the 64 hex digits of the CA's hash"
            case .emptyPart: "has an empty part"
            }
        return "the join token \(cause): copy `tokendata` of the Secret kubeedge/tokensecret whole"
    }
}
