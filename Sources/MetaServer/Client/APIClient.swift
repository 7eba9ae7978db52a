public import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Talks to the daemon through its Unix socket; blocks the calling thread, as the command line may.
public struct APIClient: Sendable {
    /// An answer.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The body.
        public let body: Bytes

        /// The body as JSON; nil when it is none.
        public var json: JSONValue? { try? JSONValue(parsing: body) }

        /// What went wrong, in the daemon's words; nil for answers that say no such thing.
        public var message: String? { status < 400 ? nil : json?["message"]?.text }
    }

    /// The socket's path.
    public let path: String
    private let timeout: Duration

    /// Makes a client; it connects with each call.
    ///
    /// - Parameters:
    ///   - path: the daemon's API socket.
    ///   - timeout: how long the daemon may be silent; streams have no such bound.
    public init(path: String, timeout: Duration = .seconds(30)) {
        self.path = path
        self.timeout = timeout
    }

    /// Reads.
    ///
    /// - Parameter target: path and query, escaped; see `RequestTarget.escape`.
    /// - Returns: the answer, whatever its status.
    /// - Throws: `APIClientError` when none came.
    public func get(_ target: String) throws(APIClientError) -> Answer { try call("GET", target, []) }

    /// Asks for something to be done.
    ///
    /// - Parameters:
    ///   - target: path and query, escaped.
    ///   - body: what is sent.
    /// - Returns: the answer, whatever its status.
    /// - Throws: `APIClientError` when none came.
    public func post(_ target: String, body: Bytes = []) throws(APIClientError) -> Answer {
        try call("POST", target, body)
    }

    /// Sends any request, such as a write of an object.
    package func send(
        _ method: String, _ target: String, type: String, body: Bytes
    ) throws(APIClientError) -> Answer {
        try call(method, target, body, type: type)
    }

    private func call(
        _ method: String, _ target: String, _ body: Bytes, type: String? = nil
    ) throws(APIClientError) -> Answer {
        var reader = AnswerReader(try connect(timeout), path: path)
        defer { reader.close() }
        try reader.send(method, target, body, type: type)
        let head = try reader.head()
        var content: [UInt8] = []
        while let piece = try reader.piece() { content += piece }
        return Answer(status: head, body: content[...])
    }

    /// Reads a stream of lines until it ends, or the caller has enough.
    ///
    /// - Parameters:
    ///   - target: path and query, escaped.
    ///   - line: called with each line, without its end; returns false to stop.
    /// - Returns: the status; the body when it is a failure, else empty.
    /// - Throws: `APIClientError` when none came, or it broke off.
    public func lines(_ target: String, _ line: (Bytes) -> Bool) throws(APIClientError) -> Answer {
        var reader = AnswerReader(try connect(nil), path: path)
        defer { reader.close() }
        try reader.send("GET", target, [])
        let status = try reader.head()
        var rest: [UInt8] = []
        while let piece = try reader.piece() {
            rest += piece
            guard status < 400 else { continue }
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                guard line(rest[start..<end]) else { return Answer(status: status, body: []) }
                start = end + 1
            }
            rest.removeFirst(start)
        }
        if status < 400, !rest.isEmpty { _ = line(rest[...]) }
        return Answer(status: status, body: status < 400 ? [] : rest[...])
    }

    private func connect(_ limit: Duration?) throws(APIClientError) -> CInt {
        guard let address = UnixAddress.make(path) else {
            throw APIClientError(
                code: .unreachable, description: "socket path '\(path)' is empty or longer than 107 bytes")
        }
        let descriptor = UnixAddress.openSocket(isBlocking: true)
        if descriptor >= 0, let limit {
            var time = timeval()
            time.tv_sec = Int(limit.components.seconds)
            time.tv_usec = Int(limit.milliseconds % 1000) * 1000
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        }
        guard descriptor >= 0, UnixAddress.call(Self.systemConnect, descriptor, address) == 0 else {
            let cause = errno
            if descriptor >= 0 { close(descriptor) }
            let cure = cause == EACCES ? "run as its user, or as root" : "start it, or name its socket with --socket"
            throw APIClientError(
                code: .unreachable,
                description: "the daemon is not reachable at \(path): \(String(cString: strerror(cause))); \(cure)")
        }
        return descriptor
    }

    private static func systemConnect(_ descriptor: CInt, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> CInt
    {
        #if canImport(Glibc)
            return Glibc.connect(descriptor, address, size)
        #else
            return Musl.connect(descriptor, address, size)
        #endif
    }
}
