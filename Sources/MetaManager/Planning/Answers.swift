internal import Beehive

/// The messages that MetaManager makes itself (`messages.md`, section 1).
extension Planner {
    /// The response to a message: new id, its id as parent, its route with operation `response`.
    mutating func response(to message: Message, content: Content, at now: Moment) -> Message {
        var route = message.route
        route.operation = .response
        route.destination = ""
        return Message(
            header: Header(id: ids.next(), parentID: message.id, timestamp: now.wall), route: route, content: content)
    }

    /// Acknowledges a message of the cloud, which counts anything with its id as parent and operation `response`.
    mutating func acknowledge(_ message: Message, at now: Moment, into plan: inout Plan) {
        plan.cloud.append(
            CloudFrame(kind: .answer, body: .message(response(to: message, content: .ok, at: now))))
    }

    /// Answers a module.
    mutating func answer(
        _ message: Message, to module: ModuleInfo, content: Content, at now: Moment, into plan: inout Plan
    ) {
        plan.deliveries.append((.module(module.name), response(to: message, content: content, at: now)))
    }

    /// The error answer to a message: from MetaManager, with one line that names the cause.
    mutating func errorAnswer(
        to id: String, route: Route, source: ModuleName, because cause: String, at now: Moment
    ) -> Message {
        Message(
            header: Header(id: ids.next(), parentID: id, timestamp: now.wall),
            route: Route(source: source, group: route.group, operation: .error, resource: route.resource),
            content: Content(text: cause))
    }

    /// MetaManager's name towards a module: 1.2's spelling for its peers, and for who used it.
    func ownName(towards module: ModuleInfo, route: Route) -> ModuleName {
        module.isClassic || route.destination == ModuleName.metaManagerClassic.rawValue
            ? .metaManagerClassic : .metaManager
    }

    /// Tells a module that its message came to nothing.
    mutating func refuse(
        _ message: Message, from module: ModuleInfo, because cause: String, at now: Moment, into plan: inout Plan
    ) {
        plan.outcome = .refused
        plan.reason = cause
        fail(Caller(message, from: module), because: cause, at: now, into: &plan)
    }

    /// Gives a waiting module an error answer.
    mutating func fail(_ caller: Caller, because cause: String, at now: Moment, into plan: inout Plan) {
        let error = errorAnswer(
            to: caller.id, route: caller.route, source: ownName(towards: caller.module, route: caller.route),
            because: cause, at: now)
        plan.deliveries.append((.module(caller.module.name), error))
    }

    /// Refuses a message of the cloud for good: told, and acknowledged, since an error is no acknowledgement and an
    /// unacknowledged message holds up the node's whole line.
    mutating func refuseForGood(_ message: Message, because cause: String, at now: Moment, into plan: inout Plan) {
        plan.outcome = .refused
        plan.reason = cause
        tellCloud(message, because: cause, at: now, into: &plan)
        acknowledge(message, at: now, into: &plan)
    }

    /// What a message of the cloud is about; nil when the message is refused for good, since that cannot be read.
    mutating func path(of message: Message, at now: Moment, into plan: inout Plan) -> ResourcePath? {
        do {
            return try ResourcePath(parsing: message.route.resource)
        } catch {
            refuseForGood(message, because: error.description, at: now, into: &plan)
            return nil
        }
    }

    /// Sends the cloud an error answer.
    mutating func tellCloud(_ message: Message, because cause: String, at now: Moment, into plan: inout Plan) {
        let error = errorAnswer(to: message.id, route: message.route, source: .metaManager, because: cause, at: now)
        plan.cloud.append(CloudFrame(kind: .answer, body: .message(error)))
    }

    /// What goes out when the store could not take an input now: an error answer and no acknowledgement.
    mutating func planFailure(_ input: Input, because error: String, at now: Moment) -> Plan {
        var plan = Plan()
        plan.outcome = .failed
        plan.reason = error
        switch input {
        case .fromCloud(let message)
        where !message.route.operation.isAnswer && message.route.operation != .applicationResponse:
            tellCloud(message, because: error, at: now, into: &plan)
        case .fromModule(let message, let module) where !message.route.operation.isAnswer:
            fail(Caller(message, from: module), because: error, at: now, into: &plan)
        case .write(let write): plan.verdicts.append(WriteVerdict(ticket: write.ticket, answer: .failed(error)))
        default: break
        }
        return plan
    }

    /// An operation of the cloud that no rule knows: an acknowledgement if it has a resource version, nothing else.
    mutating func unknownFromCloud(_ message: Message, at now: Moment, into plan: inout Plan) {
        plan.outcome = .unknown
        plan.reason = message.route.operation.rawValue
        if !message.header.resourceVersion.isEmpty { acknowledge(message, at: now, into: &plan) }
    }

    /// An operation of a module that no rule knows.
    mutating func unknownFromModule(
        _ message: Message, from module: ModuleInfo, at now: Moment, into plan: inout Plan
    ) {
        plan.outcome = .unknown
        plan.reason = message.route.operation.rawValue
        guard message.header.sync else { return }
        fail(
            Caller(message, from: module),
            because: "no rule for operation '\(message.route.operation)' of '\(message.route.resource)' from "
                + "'\(message.route.source)'",
            at: now, into: &plan)
    }
}
