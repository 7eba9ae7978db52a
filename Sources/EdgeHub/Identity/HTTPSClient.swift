internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Sends single requests over TLS; no redirects, no reuse, every request has an end.
struct HTTPSClient: Sendable {
    let group: any EventLoopGroup

    func send(_ request: HTTPSRequest, tls: TLSConfiguration) async throws(HTTPSFailure) -> HTTPSAnswer {
        let context: NIOSSLContext
        do { context = try NIOSSLContext(configuration: tls) } catch { throw .tls("\(error)") }
        let loop = group.next()
        let exchange = HTTPSExchange(promise: loop.makePromise())
        let timer = loop.scheduleTask(in: TimeAmount(request.timeout)) { exchange.expire() }
        connect(request, context: context, loop: loop, exchange: exchange)
        let result = await withTaskCancellationHandler {
            // The promise cannot fail: its value is a result.
            (try? await exchange.promise.futureResult.get()) ?? .failure(.closed)
        } onCancel: {
            exchange.finish(.failure(.cancelled))
        }
        timer.cancel()
        return try result.get()
    }

    private func connect(
        _ request: HTTPSRequest, context: NIOSSLContext, loop: any EventLoop, exchange: HTTPSExchange
    ) {
        let address = request.address
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(request.timeout))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // An address is no server name: it is then compared with the peer's own address.
                    let tls = try NIOSSLClientHandler(
                        context: context, serverHostname: address.isNumeric ? nil : address.host)
                    try channel.pipeline.syncOperations.addHandler(tls)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HTTPSHandler(request, exchange: exchange))
                }
            }
            .connect(host: address.host, port: address.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): exchange.connected(channel)
                case .failure(let error): exchange.finish(.failure(Self.failure(error)))
                }
            }
    }

    private static func failure(_ error: any Error) -> HTTPSFailure {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first else { return .unknownHost }
            return failure(first.error)
        case let error as IOError:
            return error.errnoCode == ECONNREFUSED ? .refused : .unreachable("\(error)")
        case is SocketAddressError: return .unknownHost
        case ChannelError.connectTimeout: return .timedOut(isConnected: false)
        default: return TLSTrouble.reason(error).map { .tls($0) } ?? .unreachable("\(error)")
        }
    }
}
