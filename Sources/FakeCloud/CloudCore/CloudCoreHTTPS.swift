internal import Beehive
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NodePKI

extension CloudCoreListener {
    /// Port 10002: the CA, certificates for nodes, and whether a node is known.
    static func https(
        _ hub: NIOLoopBoundBox<CloudCoreHub>, group: MultiThreadedEventLoopGroup, identity: CloudIdentity
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let gate = ByteGate()
                    try pipeline.addHandler(gate)
                    hub.value.track(channel, gate)
                    // Any certificate will do here; a wrong one is refused with words, not by TLS.
                    let tls = NIOSSLServerHandler(
                        context: identity.httpsContext,
                        customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
                    try pipeline.addHandler(tls)
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(CloudCoreHTTPSHandler(hub: hub.value, identity: identity))
                }
            }
    }
}

/// Answers one request after the other.
final class CloudCoreHTTPSHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let bodyLimit = 1 << 20

    private let hub: CloudCoreHub
    private let identity: CloudIdentity
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(hub: CloudCoreHub, identity: CloudIdentity) {
        self.hub = hub
        self.identity = identity
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            if body.count <= Self.bodyLimit { body += Array(part.readableBytesView) }
        case .end:
            guard let head else { return }
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = String(head.uri.prefix { $0 != "?" })
        if let status = hub.httpsRefusal { return send(status, text: "refused", context) }
        if path == "/ca.crt" {
            send(200, bytes: identity.authority.der, context)
        } else if path == "/edge.crt" {
            sign(head, context)
        } else if path.hasPrefix("/node/") {
            let isKnown = hub.cluster[ObjectKey(.node, "", String(path.dropFirst(6)))] != nil
            send(isKnown ? 200 : 404, text: isKnown ? "Node found" : "Node not found", context)
        } else {
            send(404, text: "404: Page Not Found", context)
        }
    }

    private func sign(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let node = head.headers.first(name: "NodeName") ?? ""
        guard body.count <= Self.bodyLimit else { return send(500, text: "the body is too large", context) }
        let client = try? context.channel.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
        do throws(CloudIdentity.Refusal) {
            let certificate = try identity.sign(
                body, node: node, authorization: head.headers.first(name: "Authorization"),
                usages: head.headers.first(name: "ExtKeyUsages"), client: client, now: SystemTime().now().wall)
            hub.tell("\(node) got a certificate")
            journal(node, isRenewal: client != nil)
            send(200, bytes: certificate, context)
        } catch {
            hub.tell("\(node) got no certificate: \(error.status)")
            send(error.status, text: error.text, context)
        }
    }

    private func journal(_ node: String, isRenewal: Bool) {
        hub.journal.count { counters in
            if isRenewal { counters.renewals += 1 } else { counters.enrollments += 1 }
        }
    }

    private func send(_ status: Int, text: String, _ context: ChannelHandlerContext) {
        send(status, bytes: Array(text.utf8), type: "text/plain; charset=utf-8", context)
    }

    private func send(
        _ status: Int, bytes: [UInt8], type: String = "application/octet-stream", _ context: ChannelHandlerContext
    ) {
        let isKeptAlive = head?.isKeepAlive ?? false
        var headers: HTTPHeaders = ["Content-Length": "\(bytes.count)", "Content-Type": type]
        if !isKeptAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !isKeptAlive { bound.value.close(promise: nil) }
        }
    }
}
