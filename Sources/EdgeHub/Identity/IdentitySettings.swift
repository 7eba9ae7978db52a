internal import NodePKI

/// Where the node's certificates are, and how new ones are got.
public struct IdentitySettings: Sendable {
    /// `edgehub.websocket.cafile`: the authority that the cloud's certificate is verified with.
    public var caFile: String
    /// `edgehub.websocket.certfile`: the node's certificate.
    public var certFile: String
    /// `edgehub.websocket.keyfile`: its key.
    public var keyFile: String
    /// `edgehub.http.url`: where certificates are given, such as `https://cloud.example:10002`.
    public var httpURL: String?
    /// `edgehub.http.token`: the join token; secret.
    public var token: String?
    /// `edgehub.http.token-file`: a file with the join token; read each time a token is needed.
    public var tokenFile: String?
    /// `edgehub.controller.node-id`: the node's name.
    public var nodeID: String
    /// `rotateCertificates`: renew before the end.
    public var rotate = true
    /// How long a whole request may take.
    public var requestTimeout: Duration = .seconds(30)
    /// The most often that a certificate which the cloud refuses leads to a new join.
    public var rejoinInterval: Duration = .seconds(600)

    /// Makes settings with the defaults of the rest.
    ///
    /// - Parameters:
    ///   - caFile: the authority's file.
    ///   - certFile: the certificate's file.
    ///   - keyFile: the key's file.
    ///   - nodeID: the node's name.
    public init(caFile: String, certFile: String, keyFile: String, nodeID: String) {
        self.caFile = caFile
        self.certFile = certFile
        self.keyFile = keyFile
        self.nodeID = nodeID
    }

    /// True when a join is possible at all.
    var canJoin: Bool { httpURL != nil && (token != nil || tokenFile != nil) }

    /// Reads the token anew; the file wins, as it may be rotated.
    func joinToken() throws(IdentityError) -> JoinToken {
        let text: String
        let place: String
        if let tokenFile {
            place = "edgehub.http.token-file (\(tokenFile))"
            do {
                text = String(decoding: try PosixFile.read(tokenFile, limit: 64 << 10), as: UTF8.self)
            } catch {
                throw IdentityError(
                    .settings,
                    "no join token: \(error); put the cloud's token there, as a file of this user's (mode 0600)")
            }
        } else if let token {
            place = "edgehub.http.token"
            text = token
        } else {
            throw IdentityError(.settings, "no join token: set edgehub.http.token or edgehub.http.token-file")
        }
        do { return try JoinToken(text) } catch { throw IdentityError(.settings, "\(place): \(error)") }
    }
}

extension IdentitySettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The files and the node, never the token.
    public var description: String { "<identity of \(nodeID) in \(certFile)>" }
    /// The files and the node, never the token.
    public var debugDescription: String { description }
    /// The files and the node, never the token.
    public var customMirror: Mirror { Mirror(self, children: ["nodeID": nodeID, "certFile": certFile]) }
}
