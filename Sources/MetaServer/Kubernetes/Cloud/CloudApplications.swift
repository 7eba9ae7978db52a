package import Beehive
package import KubeAPI
package import Logging
internal import ServiceLifecycle

/// Asks the cloud's dynamic controller for the local API (`metaserver` on the bus).
///
/// Kept in the store for the time without a link, by messages to the loop: rows `null/watchapp/<name>` are the watches
/// that are registered, so that a restart registers them again before anybody asks; `null/discovery/<path>`, with `~`
/// for each slash but the first, which is left out (`null/discovery/apis~apps~v1`), hold the bodies of discovery paths; custom
/// resource definitions stand where pushes put them, `null/customresourcedefinition/<name>`.
///
/// Nothing is asked of the cloud before somebody uses the Kubernetes paths: `use`, `keepFresh` and `perform` are signs of that.
package final class CloudApplications: Service {
    private struct Shared {
        var state: ApplicationsState
        var waiters: [Int: CheckedContinuation<CloudOutcome, Never>] = [:]
        var outgoing: [Message] = []
        var tickets = 0
        var isServing = false
    }

    private let bus: ModuleBus
    private let time: any TimeSource
    private let logger: Logger
    private let info = ModuleInfo(name: .metaServer)
    private let shared: Lock<Shared>
    private let isLinkUp: @Sendable () -> Bool
    private let heard: @Sendable () -> UInt64
    private let ids = Lock(MessageIDSource())

    /// Makes the service; `run` attaches it.
    ///
    /// - Parameters:
    ///   - bus: the node's bus.
    ///   - node: the node's name.
    ///   - timeout: `meta.remote-query.timeout`; longer than 10 s counts as 10 s.
    ///   - noController: why no dynamic controller ever is behind this link; nil where there may be one.
    ///   - isLinkUp: whether the link is up now; later changes are heard on the bus.
    ///   - heard: how many frames and pongs have come from the cloud so far.
    ///   - time: where the time comes from.
    ///   - logger: where it says whether the cloud has a dynamic controller.
    package init(
        bus: ModuleBus, node: String, timeout: Duration, noController: String? = nil,
        isLinkUp: @escaping @Sendable () -> Bool,
        heard: @escaping @Sendable () -> UInt64, time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.bus = bus
        self.time = time
        self.logger = logger
        self.isLinkUp = isLinkUp
        self.heard = heard
        var settings = ApplicationsState.Settings(node: node)
        settings.deadline = Self.deadline(timeout)
        settings.noController = noController
        shared = Lock(Shared(state: ApplicationsState(settings: settings)))
    }

    /// As long as the configuration says; whoever waits for the local API waits no longer than 10 s.
    private static func deadline(_ timeout: Duration) -> Duration { min(timeout, .seconds(10)) }

    /// Changes how long the cloud is waited for; what is under way keeps its time.
    package func set(timeout: Duration) { shared.withLock { $0.state.settings.deadline = Self.deadline(timeout) } }

    /// How it stands.
    package var report: CloudReport { shared.withLock { $0.state.report } }

    /// Asks the cloud and waits for what becomes of it, for as long as its deadline at most.
    ///
    /// - Parameters:
    ///   - application: what is asked; equal reads of one caller share an answer, writes never do.
    ///   - caller: the user's name.
    ///   - isAlone: whether the answer has to be younger than this call, so that no earlier question's will do.
    /// - Returns: what became of it.
    package func perform(
        _ application: Application, for caller: String, isAlone: Bool
    ) async -> CloudOutcome {
        let ticket = shared.withLock { shared in
            shared.tickets += 1
            return shared.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isServing = shared.withLock { shared in
                    // Cancelled before it waited: the handler has run already and found nobody.
                    guard shared.isServing, !Task.isCancelled else { return false }
                    shared.waiters[ticket] = continuation
                    return true
                }
                guard isServing else { return continuation.resume(returning: .unavailable(.stopping)) }
                change { $0.perform(application, for: caller, isAlone: isAlone, ticket: ticket, at: $1) }
            }
        } onCancel: {
            let waiter = shared.withLock { shared in
                shared.state.cancel(ticket)
                return shared.waiters.removeValue(forKey: ticket)
            }
            waiter?.resume(returning: .unavailable(.stopping))
        }
    }

    /// Asks the cloud and waits; equal reads of one caller share an answer.
    package func perform(_ application: Application, for caller: String) async -> CloudOutcome {
        await perform(application, for: caller, isAlone: false)
    }

    /// Has the cloud push the objects of a kind from now on, on this connection and on later ones.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for all.
    package func keepFresh(_ resource: KubeKind.Resource, namespace: String?) {
        change { state, now in
            state.proceed(at: now) { state in
                state.use(at: now)
                state.keepFresh(resource, namespace: namespace, at: now)
            }
        }
    }

    /// Whether the cloud pushes what changes of a kind, as far as is known.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for all.
    /// - Returns: true once the cloud has taken the watch on this connection.
    package func keepsFresh(_ resource: KubeKind.Resource, namespace: String?) -> Bool {
        shared.withLock { shared in
            shared.state.watches.values.contains {
                $0.standing == .active && $0.resource == resource
                    && ($0.namespace == nil || $0.namespace == namespace)
            }
        }
    }

    /// Whether this node may know of every object of a kind that there is: the cloud was asked for all of them once and
    /// has been told to push them since, on this connection or before; or there never is anybody to ask.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for all.
    /// - Returns: false when there may be objects that were never sent.
    package func hasAsked(for resource: KubeKind.Resource, namespace: String?) -> Bool {
        shared.withLock { shared in
            shared.state.settings.noController != nil
                || shared.state.watches.values.contains {
                    $0.resource == resource && ($0.namespace == nil || $0.namespace == namespace)
                }
        }
    }

    /// Somebody uses the Kubernetes paths: what discovery needs is asked in the background.
    package func use() {
        guard !shared.withLock({ $0.state.isUsed }) else { return }
        change { state, now in state.proceed(at: now) { $0.use(at: now) } }
    }

    /// Attaches, and works until the service is shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.serve() }
        shared.withLock { $0.isServing = false }
        change { state, _ in state.stop() }
    }

    private func serve() async {
        let (mailbox, attachment) = bus.attach(info)
        defer { bus.detach(info.name, attachment: attachment) }
        let stored = await registered()
        shared.withLock { shared in
            shared.state.restore(stored)
            shared.isServing = true
        }
        let isUp = isLinkUp()
        change { $0.handle(.attached(isLinkUp: isUp), at: $1) }
        while !Task.isCancelled, bus.isCurrent(info.name, attachment: attachment) {
            for message in takeOutgoing() { await bus.send(message, from: info) }
            let deadline = shared.withLock { $0.state.nextDeadline }
            let wait = deadline.map { Duration.nanoseconds(Int64(clamping: $0 - min($0, time.now().ticks))) }
            for message in await mailbox.next(within: wait) { take(message) }
            change { $0.handle(.time, at: $1) }
        }
        // No other module can take the name; should one, the end of this service would end the program.
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(3600)) } catch { return }
        }
    }

    private func takeOutgoing() -> [Message] {
        shared.withLock { shared in
            defer { shared.outgoing = [] }
            return shared.outgoing
        }
    }

    private func take(_ message: Message) {
        if message.route.resource == SpecialResource.connection, message.route.source == .edgeHub {
            switch message.content.string {
            case "cloud_connected": change { $0.handle(.linkUp, at: $1) }
            case "cloud_disconnected": change { $0.handle(.linkDown, at: $1) }
            default: break
            }
            return
        }
        let operation = message.route.operation
        guard !message.header.parentID.isEmpty, operation == .applicationResponse || operation == .error else { return }
        let reply = CloudReply(message)
        change { $0.handle(.answer(to: message.header.parentID, reply), at: $1) }
    }

    /// Changes the state, resumes who waits, and has what is to be sent sent.
    private func change(_ body: (inout ApplicationsState, Moment) -> [ApplicationsState.Action]) {
        let (now, heard) = (time.now(), heard())
        var finished: [(CheckedContinuation<CloudOutcome, Never>, CloudOutcome)] = []
        let (wakes, before, after) = shared.withLock { shared in
            let before = shared.state.controller
            shared.state.heard = heard
            let hadNothing = shared.outgoing.isEmpty
            for action in body(&shared.state, now) {
                switch action {
                case .send(let message): shared.outgoing.append(message)
                case .finish(let ticket, let outcome):
                    if let waiter = shared.waiters.removeValue(forKey: ticket) { finished.append((waiter, outcome)) }
                }
            }
            return (hadNothing && !shared.outgoing.isEmpty && shared.isServing, before, shared.state.controller)
        }
        for (waiter, outcome) in finished { waiter.resume(returning: outcome) }
        if wakes { wake() }
        tell(before, after)
    }

    private func tell(_ before: ApplicationsState.Controller, _ after: ApplicationsState.Controller) {
        guard before != after else { return }
        switch after {
        case .absent(let cause):
            logger.notice("The cloud answers no requests of the local API", metadata: ["cause": "\(cause)"])
        case .present: logger.info("The cloud's dynamic controller answers")
        case .unknown: break
        }
    }

    /// Makes `serve` look: a frame of no meaning in our own mailbox.
    private func wake() {
        let message = Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: time.now().wall),
            route: Route(
                source: .metaServer, group: info.group, operation: .relist, resource: ResourceType.module.rawValue),
            content: .null)
        bus.deliver([(.module(.metaServer), message)])
    }

    /// The watches that an earlier process registered; none when the store cannot be read, and then they are asked for anew.
    private func registered() async -> [JSONValue] {
        let query = Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: time.now().wall),
            route: Route(
                source: .metaServer, group: .meta, operation: .query,
                resource: ResourcePath(namespace: "null", type: .watchApplication).key),
            content: .null)
        guard let answer = try? await bus.request(query, from: info, within: .seconds(10)),
            answer.route.operation == .response, let list = try? JSONValue(parsing: answer.content.json)
        else { return [] }
        return list.elements.compactMap { $0.text }.compactMap { try? JSONValue(parsing: Bytes($0.utf8)) }
    }
}
