/// The modules of the node and the ways between them.
///
/// Everything a module sends goes to MetaManager's inbox, which keeps one order and decides; everything MetaManager
/// delivers goes to the modules' endpoints. A request that waits in this process is answered past the mailbox.
public final class ModuleBus: Sendable {
    /// One module, attached now or kept for its return.
    private struct Member {
        var info: ModuleInfo
        var endpoint: any ModuleEndpoint
        var mailbox: Mailbox?
        /// Which attachment this is, so that a replaced connection that ends does not detach its successor.
        var attachment: Int
        var isAttached: Bool
        var leftAt: UInt64 = 0
    }

    /// A request of this process that waits for its answer.
    private struct Waiter {
        /// Tells requests apart, should two come under one id.
        let ticket: Int
        let continuation: CheckedContinuation<Message, any Error>
    }

    private struct State {
        var members: [ModuleName: Member] = [:]
        var waiters: [String: Waiter] = [:]
        var tickets = 0
        var attachments = 0
        var undeliverable = 0
        /// What mailboxes that are gone have dropped: a count that went with them would seem to begin anew.
        var retired: [ModuleName: Mailbox.Report] = [:]
        var limits: MailboxLimits
    }

    /// Why a request got no answer.
    public struct RequestError: Error, Hashable, CustomStringConvertible {
        /// One line that names the request and the cause.
        public let description: String
    }

    /// A module as reports show it.
    public struct Listing: Sendable {
        /// Who it is.
        public let info: ModuleInfo
        /// Whether it is attached now.
        public let isAttached: Bool
        /// Its queue; nil when it takes messages directly.
        public let mailbox: Mailbox.Report?
    }

    private let state: Lock<State>
    private let time: any TimeSource
    private let relist: @Sendable (ModuleInfo, [ResourceType]) -> Message
    private let owed: @Sendable (ModuleInfo) -> Set<ResourceType>
    private let intake: any ModuleIntake

    /// Makes a bus without modules.
    ///
    /// - Parameters:
    ///   - limits: the bounds of each mailbox.
    ///   - time: where the time comes from.
    ///   - intake: MetaManager's side, which takes what modules send.
    ///   - owed: what a module that is new to this process has to list first of all.
    ///   - relist: makes the frame that tells a module which types to list again.
    public init(
        limits: MailboxLimits = MailboxLimits(), time: any TimeSource = SystemTime(),
        intake: any ModuleIntake,
        owed: @escaping @Sendable (ModuleInfo) -> Set<ResourceType>,
        relist: @escaping @Sendable (ModuleInfo, [ResourceType]) -> Message
    ) {
        state = Lock(State(limits: limits))
        self.time = time
        self.relist = relist
        self.owed = owed
        self.intake = intake
    }

    /// Attaches a module, or takes its name over from the one that had it.
    ///
    /// A module that is new to this process is owed a listing of its types first; one that returns finds its mailbox.
    ///
    /// - Parameter info: who it is.
    /// - Returns: its mailbox and the attachment's number, for `detach`.
    public func attach(_ info: ModuleInfo) -> (mailbox: Mailbox, attachment: Int) {
        let attached = state.withLock { state in
            state.attachments += 1
            let known = state.members[info.name]
            let mailbox = known?.mailbox ?? makeMailbox(info, limits: state.limits)
            // The connection that was replaced takes nothing more out of it.
            known?.mailbox?.displaceReader()
            // A mailbox that only waited for its module does not yet owe it anything.
            if known == nil || known?.attachment == 0 { mailbox.owe(owed(info)) }
            state.members[info.name] = Member(
                info: info, endpoint: mailbox, mailbox: mailbox, attachment: state.attachments, isAttached: true)
            return (mailbox, state.attachments)
        }
        intake.moduleAttached(info)
        return attached
    }

    /// Attaches a module that takes its messages directly, without a mailbox; it must not block.
    ///
    /// - Parameters:
    ///   - info: who it is.
    ///   - endpoint: what takes its messages.
    public func attach(_ info: ModuleInfo, endpoint: any ModuleEndpoint) {
        state.withLock { state in
            state.attachments += 1
            retire(info.name, in: &state)
            state.members[info.name] = Member(
                info: info, endpoint: endpoint, mailbox: nil, attachment: state.attachments, isAttached: true)
        }
        intake.moduleAttached(info)
    }

    private func makeMailbox(_ info: ModuleInfo, limits: MailboxLimits) -> Mailbox {
        let relist = self.relist
        return Mailbox(limits: limits) { relist(info, $0) }
    }

    /// Marks a module as gone; its mailbox is kept until `forget`.
    ///
    /// - Parameters:
    ///   - name: the module.
    ///   - attachment: the number that `attach` gave; a later attachment stays.
    /// - Returns: true when the module was attached under that number.
    @discardableResult
    public func detach(_ name: ModuleName, attachment: Int) -> Bool {
        state.withLock { state in
            guard var member = state.members[name], member.attachment == attachment else { return false }
            member.isAttached = false
            member.leftAt = time.now().ticks
            member.mailbox?.onReadable(nil)
            state.members[name] = member
            return true
        }
    }

    /// True while an attachment is the newest of its name.
    ///
    /// - Parameters:
    ///   - name: the module.
    ///   - attachment: the number that `attach` gave.
    /// - Returns: false once another connection has taken the name over.
    public func isCurrent(_ name: ModuleName, attachment: Int) -> Bool {
        state.withLock { $0.members[name]?.attachment == attachment }
    }

    /// Drops the mailboxes of modules that have been away for longer than a time.
    ///
    /// - Parameter keep: how long a mailbox is kept.
    /// - Returns: the modules dropped.
    public func forget(after keep: Duration) -> [ModuleName] {
        let now = time.now().ticks
        let gone = state.withLock { state in
            let gone = state.members.values.filter {
                !$0.isAttached && now > $0.leftAt.addingCapped(keep.nanoseconds)
            }
            for member in gone {
                retire(member.info.name, in: &state)
                state.members[member.info.name] = nil
            }
            return gone.map(\.info.name).sorted()
        }
        for name in gone { intake.moduleForgotten(name) }
        return gone
    }

    /// Ends a module's mailbox and keeps its counts: of a few names apart, since names are a module's choice.
    private func retire(_ name: ModuleName, in state: inout State) {
        guard let mailbox = state.members[name]?.mailbox else { return }
        mailbox.close()
        let isApart = state.retired.count < Self.retiredNames || state.retired[name] != nil
        state.retired[isApart ? name : "", default: .none].add(last: mailbox.report)
    }

    private static var retiredNames: Int { 64 }

    /// What mailboxes that are gone have dropped, what waited in them included; those of many names share the empty one.
    package var retired: [ModuleName: Mailbox.Report] { state.withLock { $0.retired } }

    /// Changes the bounds of every mailbox.
    ///
    /// - Parameter limits: the bounds from now on.
    public func setLimits(_ limits: MailboxLimits) {
        state.withLock { state in
            state.limits = limits
            for member in state.members.values { member.mailbox?.setLimits(limits) }
        }
    }

    /// Every module known, by name.
    public var modules: [Listing] {
        state.withLock { state in
            state.members.values.map {
                Listing(info: $0.info, isAttached: $0.isAttached, mailbox: $0.mailbox?.report)
            }
        }.sorted { $0.info.name < $1.info.name }
    }

    /// Messages for modules that nobody has ever attached as.
    public var undeliverable: Int { state.withLock { $0.undeliverable } }

    /// Delivers messages in order; each recipient's are handed over at once.
    ///
    /// - Parameter deliveries: who gets what.
    public func deliver(_ deliveries: [(recipient: Recipient, message: Message)]) {
        var batches: [(endpoint: any ModuleEndpoint, messages: [Message])] = []
        var places: [ObjectIdentifier: Int] = [:]
        // Deliveries in a row often have one recipient: it is looked up once.
        var last: (recipient: Recipient, place: Int)?
        var answers: [(CheckedContinuation<Message, any Error>, Message)] = []
        state.withLock { state in
            for (recipient, message) in deliveries {
                if !state.waiters.isEmpty, !message.header.parentID.isEmpty,
                    let waiter = state.waiters.removeValue(forKey: message.header.parentID)
                {
                    answers.append((waiter.continuation, message))
                    continue
                }
                if let last, last.recipient == recipient {
                    batches[last.place].messages.append(message)
                    continue
                }
                let endpoints = resolve(recipient, in: &state)
                // A broadcast that nobody was there to hear has missed nobody.
                if endpoints.isEmpty, recipient != .everyone { state.undeliverable += 1 }
                last = nil
                for endpoint in endpoints {
                    let place = places[ObjectIdentifier(endpoint)] ?? batches.count
                    if place < batches.count {
                        batches[place].messages.append(message)
                    } else {
                        places[ObjectIdentifier(endpoint)] = place
                        batches.append((endpoint, [message]))
                    }
                    if endpoints.count == 1 { last = (recipient, place) }
                }
            }
        }
        for batch in batches { batch.endpoint.deliver(batch.messages) }
        for (waiter, message) in answers { waiter.resume(returning: message) }
    }

    private func resolve(_ recipient: Recipient, in state: inout State) -> [any ModuleEndpoint] {
        switch recipient {
        case .module(let name): return state.members[name].map { [$0.endpoint] } ?? []
        case .everyone: return state.members.values.filter(\.isAttached).map(\.endpoint)
        case .group(let word):
            if let member = state.members[ModuleName(word)] { return [member.endpoint] }
            let found = state.members.values.filter { $0.info.group.rawValue == word }.map(\.endpoint)
            if !found.isEmpty { return found }
            // Frames of twin and buses wait for their modules, however late these come.
            return waitingModules(of: word).map { name in
                let info = ModuleInfo(name: name)
                let mailbox = makeMailbox(info, limits: state.limits)
                state.members[name] = Member(
                    info: info, endpoint: mailbox, mailbox: mailbox, attachment: 0, isAttached: false,
                    leftAt: time.now().ticks)
                return mailbox
            }
        }
    }

    private func waitingModules(of group: String) -> [ModuleName] {
        switch ModuleGroup(group) {
        case .twin: [.twin]
        case .bus: [.eventBus]
        case .user: [.serviceBus]
        default: []
        }
    }

    /// Sends a module's message to MetaManager, waiting for room.
    ///
    /// - Parameters:
    ///   - message: the message; its source is the module.
    ///   - module: the sender.
    public func send(_ message: Message, from module: ModuleInfo) async {
        while !intake.offer(message, from: module) {
            await withCheckedContinuation { continuation in intake.whenRoom { continuation.resume() } }
            if intake.isClosed { return }
        }
    }

    /// Sends a module's message and waits for its one answer.
    ///
    /// - Parameters:
    ///   - message: the message; it is marked as sync.
    ///   - module: the sender.
    ///   - limit: how long to wait.
    /// - Returns: the answer, which may be an `error`.
    /// - Throws: `RequestError` when none came in time, MetaManager has stopped, or the id is in use;
    ///   `CancellationError` when the task was cancelled.
    public func request(_ message: Message, from module: ModuleInfo, within limit: Duration) async throws -> Message {
        var message = message
        message.header.sync = true
        let request = message
        return try await withThrowingTaskGroup(of: Message.self) { group in
            // The answer and the clock race; the group owns both, and neither outlives this call.
            group.addTask { try await self.answer(to: request, from: module) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw RequestError(
                    description: "no answer to \(request.route.operation) of \(request.route.resource) in \(limit)")
            }
            // The one that is left is cancelled, and ends at once.
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func answer(to request: Message, from module: ModuleInfo) async throws -> Message {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let fault: (any Error)? = state.withLock { state in
                    // Cancelled before it waited: the handler has run already and found nobody.
                    if Task.isCancelled { return CancellationError() }
                    guard state.waiters[request.id] == nil else {
                        return RequestError(description: "a request with the id \(request.id) waits already")
                    }
                    state.waiters[request.id] = Waiter(ticket: ticket, continuation: continuation)
                    return nil
                }
                // The waiter stands before the request goes: an answer that comes at once finds it.
                if let fault { continuation.resume(throwing: fault) } else { push(request, ticket, from: module) }
            }
        } onCancel: {
            give(up: request.id, ticket, CancellationError())
        }
    }

    /// Offers a request until it is taken or given up, called back whenever there is room.
    private func push(_ request: Message, _ ticket: Int, from module: ModuleInfo) {
        guard state.withLock({ $0.waiters[request.id]?.ticket == ticket }) else { return }
        if intake.offer(request, from: module) { return }
        if intake.isClosed {
            let cause = "no answer to \(request.route.operation) of \(request.route.resource): MetaManager has stopped"
            return give(up: request.id, ticket, RequestError(description: cause))
        }
        intake.whenRoom { [weak self] in self?.push(request, ticket, from: module) }
    }

    private func give(up id: String, _ ticket: Int, _ error: any Error) {
        let waiter = state.withLock { state in
            state.waiters[id]?.ticket == ticket ? state.waiters.removeValue(forKey: id) : nil
        }
        waiter?.continuation.resume(throwing: error)
    }

    /// Answers a message that a module was asked.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - content: the answer.
    ///   - module: who answers.
    ///   - id: the answer's own id.
    public func respond(to request: Message, content: Content, from module: ModuleInfo, id: String) async {
        var route = request.route
        route.operation = .response
        route.source = module.name
        route.destination = ""
        let header = Header(id: id, parentID: request.id, timestamp: time.now().wall)
        await send(Message(header: header, route: route, content: content), from: module)
    }

    /// Tells every attached module.
    ///
    /// - Parameter message: the message.
    public func broadcast(_ message: Message) { deliver([(.everyone, message)]) }
}
