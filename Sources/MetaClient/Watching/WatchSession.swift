internal import Beehive

/// One watch under way: connects, reads, comes back; belongs to its iterator.
final class WatchSession<Object: MetaObject> {
    private let resource: APIResource
    private let transport: APITransport
    private let selection: WatchSelection
    private let what: String
    private let time = SystemTime()
    private var ledger: WatchLedger
    private var pending: [WatchEvent<Object>] = []
    private var nextPending = 0
    private var connection: (exchange: APIExchange, lines: LineSplitter)?
    private var retry = WatchRetry()
    private var isOver = false
    /// What ends the watch once everything before it was taken.
    private var failure: MetaClientError?

    init(resource: APIResource, transport: APITransport, selection: WatchSelection) {
        self.resource = resource
        self.transport = transport
        self.selection = selection
        what = "the watch of \(resource)"
        ledger = WatchLedger(limit: transport.options.maximumObjects)
    }

    func next() async throws -> WatchEvent<Object>? {
        while !Task.isCancelled {
            if nextPending < pending.count {
                defer { nextPending += 1 }
                return pending[nextPending]
            }
            (pending, nextPending) = ([], 0)
            if let failure {
                self.failure = nil
                throw failure
            }
            if isOver { break }
            do {
                try await advance()
            } catch let error as MetaClientError {
                await recover(from: error)
            } catch {
                // Only cancellation is left.
                isOver = true
            }
        }
        isOver = true
        connection = nil
        return nil
    }

    /// Gets ready for the next try, or for the end.
    private func recover(from error: MetaClientError) async {
        connection = nil
        _ = retry.ended(at: time.now().ticks)
        if error.code == .expired {
            ledger.expire()
            // A store that is always behind its own window must not be asked without a pause.
            if retry.takeFirstExpiry() { return }
        } else if !error.passes {
            // What was told before comes first.
            (isOver, failure) = (true, error)
            return
        }
        await pause(after: error)
    }

    private func advance() async throws {
        if connection == nil { try await connect() }
        guard let exchange = connection?.exchange else { return }
        guard let bytes = try await exchange.piece(within: transport.options.silence) else {
            // The daemon ends a watch after a while; one that ends it soon is given time.
            connection = nil
            guard retry.ended(at: time.now().ticks) else {
                throw MetaClientError(.broken, "\(what): the daemon ended it soon after it began")
            }
            return try await Task.sleep(for: retry.pause())
        }
        for line in try connection?.lines.take(bytes, of: what) ?? [] {
            let event: JSONValue
            do {
                event = try JSONValue(parsing: line)
            } catch {
                throw MetaClientError(.malformed, "\(what): an event is no JSON: \(error)")
            }
            // What was told before a line that fails is told all the same.
            let events: [WatchEvent<Object>] = try ledger.take(event, of: what)
            pending += events
            retry.heard(isNews: events.contains { $0.name != nil })
        }
    }

    private func connect() async throws {
        var call = APICall(path: try resource.path(namespace: selection.namespace), what: what)
        call.query = selection.query + ledger.begin()
        let exchange = try await transport.begin(call)
        let head = try await exchange.head(within: transport.options.timeout)
        guard head.status < 400 else { throw try await transport.refusal(exchange, head, of: what) }
        connection = (exchange, LineSplitter(limit: transport.options.maximumBytes))
        retry.connected(at: time.now().ticks)
    }

    /// Waits before the next try; ends the watch when the trouble has lasted for too long.
    private func pause(after error: MetaClientError) async {
        let now = time.now().ticks
        guard let delay = retry.delay(after: error, at: now, patience: transport.options.patience) else {
            (isOver, failure) = (true, error)
            return
        }
        // Only cancellation ends it early, which the caller looks for.
        try? await Task.sleep(for: delay)
    }
}
