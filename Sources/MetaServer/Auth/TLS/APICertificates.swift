public import Beehive
public import Logging
internal import NIOSSL
internal import NodePKI
public import ServiceLifecycle

/// What the API's TLS is served with (`metaserver.tls.*`): each new connection takes what holds at that moment, so that
/// a change drops neither the listener nor a connection.
public final class APICertificates: Service {
    /// Where certificate and key come from.
    public enum Source: Sendable, Hashable {
        /// Files, looked at again and again.
        case files(certificate: String, key: String)
        /// An authority of the API's own in a folder.
        case selfSigned(folder: String, host: String, address: String)
    }

    private struct State {
        var current: ServerCertificate
        var renewal: Int64
        var marks: [SmallFile.Mark?]
        /// What is wrong with new files; said once.
        var problem: String?
    }

    private let source: Source
    private let time: any TimeSource
    private let interval: Duration
    private let logger: Logger
    private let state: Lock<State>

    /// Loads or makes certificate and key.
    ///
    /// - Parameters:
    ///   - source: where they come from.
    ///   - interval: how often they are looked at.
    ///   - time: where the time comes from.
    ///   - logger: for changes, and for files that cannot be used.
    /// - Throws: `ServerError` that names the file and the cure.
    public init(
        source: Source, interval: Duration = .seconds(30), time: any TimeSource = SystemTime(), logger: Logger
    ) throws(ServerError) {
        (self.source, self.interval, self.time, self.logger) = (source, interval, time, logger)
        // Before they are read: a change in between is seen the next time.
        let marks = Self.marks(source)
        state = Lock(try Self.load(source, marks, now: time.now().wall))
    }

    /// For a new connection.
    var context: NIOSSLContext { state.withLock { $0.current.context } }

    /// The last second of the certificate that is served now, in milliseconds since 1970.
    public var notAfter: Int64 { state.withLock { $0.current.notAfter } }

    private static func marks(_ source: Source) -> [SmallFile.Mark?] {
        guard case .files(let certificate, let key) = source else { return [] }
        return [SmallFile.mark(certificate), SmallFile.mark(key)]
    }

    private static func load(_ source: Source, _ marks: [SmallFile.Mark?], now: Int64) throws(ServerError) -> State {
        let made: ServerCertificate
        switch source {
        case .files(let certificate, let key): made = try files(certificate, key)
        case .selfSigned(let folder, let host, let address):
            let own = SelfSigned(folder: folder, host: host, address: address)
            let authority = try own.authority(now: now)
            do {
                made = try own.serving(authority, now: now)
            } catch {
                throw ServerError(description: "metaserver.tls.mode self-signed: no certificate: \(error)")
            }
        }
        let renewal = ServerCertificate.renewal(
            notBefore: made.notBefore, notAfter: made.notAfter, share: .random(in: 0...1))
        return State(current: made, renewal: renewal, marks: marks)
    }

    private static func files(_ certificate: String, _ key: String) throws(ServerError) -> ServerCertificate {
        guard let chain = try SmallFile.load(certificate) else {
            throw ServerError(description: "metaserver.tls.cert-file \(certificate) is not there")
        }
        guard let secret = try SmallFile.load(key, isSecret: true) else {
            throw ServerError(description: "metaserver.tls.key-file \(key) is not there")
        }
        do {
            let facts = try CertificateFacts(pem: String(decoding: chain, as: UTF8.self))
            return try ServerCertificate(chain: chain, key: secret, facts: facts)
        } catch let error as PKIError {
            throw ServerError(description: "metaserver.tls.cert-file \(certificate): \(error)")
        } catch {
            throw ServerError(
                description: "metaserver.tls: \(certificate) and \(key) are no certificate with its key, both in PEM")
        }
    }

    /// Looks whether there is something new to serve, or the time has come; what cannot be used is said, and not taken.
    public func refresh() {
        let now = time.now().wall
        let marks = Self.marks(source)
        let isDue = state.withLock { state in
            if case .files = source { return state.marks != marks }
            // A clock that was set back makes a certificate of the future.
            return now >= state.renewal || max(now, SelfSigned.earliest) < state.current.notBefore
        }
        guard isDue else { return }
        do throws(ServerError) {
            let new = try Self.load(source, marks, now: now)
            state.withLock { $0 = new }
            logger.info("the local API serves a new certificate")
        } catch {
            let isNew = state.withLock { state in
                state.marks = marks
                defer { state.problem = error.description }
                return state.problem != error.description
            }
            if isNew { logger.error("the local API keeps its old certificate", metadata: ["error": "\(error)"]) }
        }
    }

    /// Looks again and again until it is told to stop.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: self.interval)) != nil { self.refresh() }
        }
    }
}
