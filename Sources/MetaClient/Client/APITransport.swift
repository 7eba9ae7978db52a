internal import Beehive
internal import NIOCore
internal import NIOHTTP1

/// Makes calls of the local API, each over a connection of its own.
struct APITransport: Sendable {
    let path: String
    let group: any EventLoopGroup
    let options: MetaClient.Options
    /// Is shown each exchange that begins, so that a test can see it end.
    var seesExchange: @Sendable (APIExchange) -> Void = { _ in }

    /// The most bytes of a refusal that is read.
    private static let refusalLimit = 64 << 10

    /// Makes a call and reads the whole answer.
    ///
    /// - Throws: `MetaClientError` for a refusal, and when no answer came; `CancellationError`.
    func perform(_ call: APICall) async throws -> APIAnswer {
        let exchange = try await begin(call)
        let head = try await exchange.head(within: options.timeout)
        guard head.status < 400 else { throw try await refusal(exchange, head, of: call.what) }
        let bytes = try await body(of: exchange, limit: options.maximumBytes, what: call.what)
        do {
            return APIAnswer(head: head, body: try JSONValue(parsing: bytes))
        } catch {
            throw MetaClientError(.malformed, "\(call.what): the answer is no JSON: \(error)")
        }
    }

    /// Sends a call; the answer is pulled from what is given.
    func begin(_ call: APICall) async throws -> APIExchange {
        try Task.checkCancellation()
        let exchange = try await APIExchange.begin(call, at: path, on: group, options: options)
        seesExchange(exchange)
        return exchange
    }

    /// Reads a refusal, which ends the exchange.
    func refusal(_ exchange: APIExchange, _ head: ExchangeHead, of what: String) async throws -> MetaClientError {
        let bytes = try await body(of: exchange, limit: Self.refusalLimit, what: what)
        return MetaClientError(status: head.status, body: try? JSONValue(parsing: bytes), of: what)
    }

    private func body(of exchange: APIExchange, limit: Int, what: String) async throws -> Bytes {
        var bytes: [UInt8] = []
        while let piece = try await exchange.piece(within: options.timeout) {
            guard bytes.count + piece.count <= limit else {
                throw MetaClientError(
                    .tooLarge, "\(what): the answer is larger than \(limit) bytes; ask for less, or raise maximumBytes")
            }
            bytes += piece
        }
        return bytes[...]
    }
}
