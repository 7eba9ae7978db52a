/// Settings of the link to a cloud (`edgehub.*`).
public struct LinkSettings: Sendable, Hashable {
    /// Where the cloud is: `edgehub.websocket.url`.
    public var url: LinkURL
    /// `edgehub.controller.node-id`.
    public var nodeID: String
    /// `edgehub.controller.project-id`.
    public var projectID: String
    /// `edgehub.controller.heartbeat`.
    public var heartbeat = Duration.seconds(15)
    /// `edgehub.rate.qps`.
    public var qps = 30
    /// `edgehub.rate.burst`.
    public var burst = 60
    /// `edgehub.websocket.max-frame`, in bytes.
    public var maximumFrame = 64 << 20
    /// `edgehub.reconnect.min`.
    public var reconnectMinimum = Duration.seconds(1)
    /// `edgehub.reconnect.max`.
    public var reconnectMaximum = Duration.seconds(30)
    /// `edgehub.websocket.handshake-timeout`: name, socket, TLS and upgrade together.
    public var handshakeTimeout = Duration.seconds(30)
    /// `edgehub.websocket.write-deadline`: what was written has to leave within it.
    public var writeDeadline = Duration.seconds(15)
    /// Bytes on their way out above which nothing more is read, so that the answers to what is read stay bounded.
    public var outgoingLimit = 4 << 20
    /// How long a connection that this side ends may take to let out what was handed over.
    public var drainTimeout = Duration.seconds(2)

    /// Settings with the defaults of the configuration.
    ///
    /// - Parameters:
    ///   - url: where the cloud is.
    ///   - nodeID: the node's name.
    ///   - projectID: the project's id, which clouds only log.
    public init(url: LinkURL, nodeID: String, projectID: String = "e632aba927ea4ac2b575ec1603d56f10") {
        self.url = url
        self.nodeID = nodeID
        self.projectID = projectID
    }

    /// How long to wait between tries.
    public var backoff: Backoff {
        Backoff(minimum: reconnectMinimum, maximum: reconnectMaximum, resetAfter: heartbeat * 2)
    }
}

/// The URL of a cloud's websocket, in its parts.
public struct LinkURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether TLS is spoken: `wss`; without it only a cloud on this machine is connected to.
    public let isSecure: Bool
    /// A name, or an address without brackets.
    public let host: String
    /// 10000 if the URL names none.
    public let port: Int
    /// What follows, which CloudCore ignores.
    public let path: String

    /// Reads a URL.
    ///
    /// - Parameter text: `wss://HOST[:PORT][/PATH]`; `ws://` on loopback only.
    /// - Throws: `LinkURLError`.
    public init(_ text: String) throws(LinkURLError) {
        var rest = Substring(text)
        if rest.hasPrefix("wss://") {
            isSecure = true
            rest = rest.dropFirst(6)
        } else if rest.hasPrefix("ws://") {
            isSecure = false
            rest = rest.dropFirst(5)
        } else {
            throw LinkURLError(text, "does not begin with wss://")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let tail = rest.dropFirst(authority.count)
        path = tail.hasPrefix("/") ? String(tail.prefix { $0 != "#" }) : "/" + tail.prefix { $0 != "#" }
        guard !authority.contains("@") else { throw LinkURLError(text, "names a user; nodes show a certificate") }
        var name = authority
        var port: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw LinkURLError(text, "lacks a ]") }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { throw LinkURLError(text, "has '\(after)' behind the ]") }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            name = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else { throw LinkURLError(text, "names no host") }
        guard let number = port.map({ Int($0) }) ?? 10_000, (1...65_535).contains(number) else {
            throw LinkURLError(text, "has a port that is no number from 1 to 65535")
        }
        host = String(name)
        self.port = number
        // A name may begin with 127 and lead anywhere.
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLocal = octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
        let loopback = host == "localhost" || host == "::1" || isLocal
        guard isSecure || loopback else {
            throw LinkURLError(text, "would send secrets in the clear: ws:// is for a cloud on this machine only")
        }
    }

    /// The URL without its path.
    public var description: String {
        "\(isSecure ? "wss" : "ws")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}

/// Why a URL is no cloud's.
public struct LinkURLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for people: the setting, the cause, the cure.
    public let description: String

    init(_ text: String, _ cause: String) {
        description = "edgehub.websocket.url '\(text)' \(cause): it is wss://HOST:10000"
    }
}
