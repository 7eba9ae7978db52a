internal import Beehive
internal import NIOCore
internal import NIOHTTP1

extension HTTPConnection {
    /// A handler has its answer.
    func answer(_ response: APIResponse) {
        guard case .handling(let head) = state else {
            if case .stream(let source) = response.body { source.cancel() }
            return
        }
        // A client that asks for an upgrade may go on in another protocol: this one ends here.
        let keepAlive = head.isKeepAlive && !isStopping && !head.headers.contains(name: "Upgrade")
        send(response, to: head, keepAlive: keepAlive)
    }

    /// Sends an answer, or the start of one.
    func send(_ response: APIResponse, to request: HTTPRequestHead?, keepAlive: Bool) {
        guard let context, context.channel.isActive else { return }
        count(response, to: request)
        let version = request?.version ?? .http1_1
        let isHead = request?.method == .HEAD
        var head = HTTPResponseHead(
            version: version, status: HTTPResponseStatus(statusCode: response.status),
            headers: HTTPHeaders(response.headers.map { ($0.name, $0.value) }))
        if !head.headers.contains(name: "Cache-Control") {
            head.headers.add(name: "Cache-Control", value: "no-cache, private")
        }
        var keepAlive = keepAlive
        switch response.body {
        case .bytes(let bytes):
            head.headers.replaceOrAdd(name: "Content-Length", value: "\(bytes.count)")
            if bytes.count > SharedBytes.step, !version.hasChunks { keepAlive = false }
        case .stream:
            // HTTP/1.0 knows no chunks: there the end of the connection is the end of the answer.
            if !version.hasChunks {
                keepAlive = false
            } else {
                head.headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
            }
        }
        if !keepAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if !version.hasChunks {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        switch response.body {
        case .bytes(let bytes):
            // What is large goes by pieces, as the socket takes them: a client that takes nothing holds one of them, and
            // the bytes stay shared.
            if let request, !isHead, !isStopping, bytes.count > SharedBytes.step {
                state = .streaming(request, SharedBytes(bytes, lease: response.lease))
                return pump()
            }
            if !isHead, !bytes.isEmpty { write(bytes) }
            finish(keepAlive: keepAlive)
        case .stream(let source):
            guard let request, !isHead, !isStopping else {
                source.cancel()
                return finish(keepAlive: keepAlive)
            }
            state = .streaming(request, source)
            context.flush()
            pump()
        }
    }

    private func count(_ response: APIResponse, to request: HTTPRequestHead?) {
        let isStream = if case .stream = response.body { true } else { false }
        let route = request.map { RouteClass(method: $0.method.rawValue, target: $0.uri, isStream: isStream) }
        let seconds = begun.map { Double((NIODeadline.now() - $0).nanoseconds) / 1e9 }
        begun = nil
        counts.count(
            method: request?.method.rawValue, status: response.status, route: route ?? .other, seconds: seconds)
    }

    private func write(_ bytes: some Collection<UInt8>) {
        guard let context else { return }
        let buffer = context.channel.allocator.buffer(bytes: bytes)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    /// Sends what a stream has, as long as the socket takes it.
    func pump() {
        guard let context, case .streaming(let head, let source) = state else { return }
        while context.channel.isWritable {
            switch source.next() {
            case .bytes(let bytes):
                // An empty chunk would be taken for the end.
                if !bytes.isEmpty { write(bytes) }
                // Flushed by the chunk: `isWritable` then tells what the socket took.
                context.flush()
            case .end:
                return finish(
                    keepAlive: head.version.hasChunks && head.isKeepAlive && !isStopping
                        && !head.headers.contains(name: "Upgrade"))
            case .broken: return context.close(promise: nil)
            case .wait:
                context.flush()
                disarm()
                let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
                let loop = context.eventLoop
                source.whenReadable { loop.execute { bound.value.pump() } }
                return
            }
            // A flush can find the connection gone.
            guard case .streaming = state else { return }
        }
        arm(settings.stallTimeout)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, case .streaming = state {
            disarm()
            pump()
        }
        context.fireChannelWritabilityChanged()
    }

    /// The answer is whole.
    func finish(keepAlive: Bool) {
        guard let context else { return }
        state = keepAlive ? .idle : .closing
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if keepAlive {
            arm(settings.idleTimeout)
            resume()
        } else {
            // Only this side is closed: a client that is still sending would lose the answer to a full close.
            context.close(mode: .output, promise: nil)
            arm(min(settings.stallTimeout, isStopping ? settings.shutdownGrace : .seconds(2)))
        }
    }
}

extension HTTPVersion {
    /// HTTP/1.0 knows no chunks, and keeps connections only when asked.
    var hasChunks: Bool { major == 1 && minor >= 1 }
}
