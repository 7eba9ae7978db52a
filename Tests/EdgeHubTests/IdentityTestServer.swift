import Beehive
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NodePKI

/// A small https server whose every answer a test decides.
final class IdentityTestServer: Sendable {
    struct Request: Sendable {
        let path: String
        let headers: [String: String]
        let body: [UInt8]
        /// CN of the client's certificate.
        let peer: String?
    }

    enum Reply: Sendable {
        case answer(Int, [UInt8])
        case silence

        static func text(_ status: Int, _ text: String) -> Reply { .answer(status, Array(text.utf8)) }
    }

    typealias Script = @Sendable (Request) -> Reply

    private let channel: any Channel
    private let seen: Lock<[Request]>

    private init(channel: any Channel, seen: Lock<[Request]>) {
        self.channel = channel
        self.seen = seen
    }

    var requests: [Request] { seen.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "https://127.0.0.1:\(port)" }

    /// Starts one whose certificate the authority signs, which also verifies the clients'.
    static func start(
        group: any EventLoopGroup, authority: CertificateAuthority, addresses: [String] = ["127.0.0.1"],
        dnsNames: [String] = [], validity: CertificateValidity, script: @escaping Script
    ) async throws -> IdentityTestServer {
        let key = KeyPair()
        let certificate = try authority.serverCertificate(
            dnsNames: dnsNames, addresses: addresses, publicKeyOf: key, validity: validity)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem.utf8), format: .pem)))
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: authority.der, format: .der)])
        return try await start(group: group, tls: tls, script: script)
    }

    /// Starts one with a certificate of any kind; clients are asked for theirs.
    static func start(
        group: any EventLoopGroup, tls: TLSConfiguration, script: @escaping Script
    ) async throws -> IdentityTestServer {
        var tls = tls
        tls.certificateVerification = .optionalVerification
        let context = try NIOSSLContext(configuration: tls)
        let seen = Lock<[Request]>([])
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        Handler { request in
                            seen.withLock { $0.append(request) }
                            return script(request)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return IdentityTestServer(channel: channel, seen: seen)
    }

    /// Accepts and says nothing, not even in TLS.
    static func startMute(group: any EventLoopGroup) async throws -> IdentityTestServer {
        let channel = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        return IdentityTestServer(channel: channel, seen: Lock([]))
    }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: Script
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ answer: @escaping Script) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let buffer): body += buffer.readableBytesView
            case .end:
                guard let head else { return }
                let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
                let peer = (try? tls?.peerCertificate?.toDERBytes()).flatMap { try? CertificateFacts(der: $0) }
                let request = Request(
                    path: head.uri,
                    headers: Dictionary(
                        head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
                    body: body, peer: peer?.subject.commonName)
                guard case .answer(let status, let bytes) = answer(request) else { return }
                let response = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: status),
                    headers: ["Content-Length": "\(bytes.count)"])
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                context.write(
                    wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
