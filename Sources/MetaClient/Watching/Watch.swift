/// A watch: what is there, then what changes, as long as somebody asks for the next event.
///
/// Starts with `added` for each object there is and one `synced`; then come the changes in the order in which the store
/// took them. For one object `added`, then any number of `modified`, then `deleted` come in this order; no state that
/// was there for as long as the watch was connected is left out, none is told twice.
///
/// When the connection breaks, or the daemon is started anew, the watch comes back by itself and goes on behind the last
/// event that it told. Where the daemon has not kept all that happened since (410), it lists again: what is new, has
/// changed or is gone is told as `added`, `modified` or `deleted`, and what is as it was is not told again. States that
/// came and went in the meantime are then left out. It gives up, and throws, when the daemon is away for longer than
/// `Options.patience`, or refuses the watch for good.
///
/// The connection is read only while events are asked for, and holds some `Options.bufferedBytes`; a daemon whose client
/// takes nothing for half a minute closes the connection, and the watch comes back when it is asked again. Cancelling the
/// task ends the sequence (`next()` gives nil); dropping the iterator closes the connection.
public struct Watch<Object: MetaObject>: AsyncSequence, Sendable {
    /// What a watch tells.
    public typealias Element = WatchEvent<Object>

    let resource: APIResource
    let transport: APITransport
    let selection: WatchSelection

    /// Takes events one by one; for one task.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let session: WatchSession<Object>

        /// The next event; nil when the task was cancelled.
        ///
        /// - Throws: `MetaClientError` when the watch cannot go on.
        public mutating func next() async throws -> WatchEvent<Object>? { try await session.next() }
    }

    /// Begins a watch; it connects when the first event is asked for.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(session: WatchSession(resource: resource, transport: transport, selection: selection))
    }
}

/// Which objects are meant.
struct WatchSelection: Sendable {
    var namespace: String?
    var name: String?
    var labels: String?
    var fields: String?

    var query: [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let labels, !labels.isEmpty { query.append(("labelSelector", labels)) }
        let all = [name.map { "metadata.name=\($0)" }, fields].compactMap { $0 }.filter { !$0.isEmpty }
        if !all.isEmpty { query.append(("fieldSelector", all.joined(separator: ","))) }
        return query
    }
}
