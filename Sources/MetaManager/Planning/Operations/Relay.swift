internal import Beehive
internal import MetaStore

/// Messages from module to module, and the answers to sync requests among them.
extension Planner {
    mutating func relay(
        _ message: Message, to destination: String, from module: ModuleInfo, at now: Moment, into plan: inout Plan
    ) {
        let isKnown = state.modules.values.contains {
            $0.name.rawValue == destination || $0.group.rawValue == destination
        }
        guard isKnown else {
            plan.outcome = .dropped
            plan.reason = "no module or group '\(destination)' is attached"
            if message.header.sync { fail(Caller(message, from: module), because: plan.reason, at: now, into: &plan) }
            return
        }
        if message.header.sync {
            // An answer names only the id: two who wait under one could not be told apart.
            if case .module(let other)? = state.local.requests[message.id], other.module.name != module.name {
                return refuse(
                    message, from: module, because: "a request with the id '\(message.id)' is under way", at: now,
                    into: &plan)
            }
            guard !state.local.isFull else {
                return refuse(
                    message, from: module, because: "too many requests wait for answers of modules; try again", at: now,
                    into: &plan)
            }
            state.local.begin(message.id, asker: .module(Caller(message, from: module)))
            state.deadlines.add(.localRequest(message.id), at: now.advanced(by: settings.moduleTimeout))
        }
        plan.outcome = .passed
        plan.deliveries.append((.group(destination), message))
    }

    /// Completes a sync request that a module was asked; false when nobody waits for this answer.
    mutating func completeLocal(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) -> Bool {
        if let asked = state.local.requests[message.header.parentID], !isAsked(module, in: asked) {
            plan.outcome = .refused
            plan.reason = "another module was asked"
            return true
        }
        guard !message.header.parentID.isEmpty, let asker = state.local.end(message.header.parentID) else {
            guard state.local.hasEnded(message.header.parentID) else { return false }
            plan.outcome = .dropped
            plan.reason = "this request has been answered, or given up"
            return true
        }
        plan.outcome = .completed
        switch asker {
        case .module(let caller): plan.deliveries.append((.module(caller.module.name), message))
        case .cloud(let request): try endVolume(request, with: message, in: view, at: now, into: &plan)
        }
        return true
    }

    /// True for the module that a request was meant for, or one of the group: nobody else's answer counts.
    private func isAsked(_ module: ModuleInfo, in request: LocalLedger.Asker) -> Bool {
        switch request {
        case .cloud: module.name == .edged
        case .module(let caller):
            caller.route.destination == module.name.rawValue || caller.route.destination == module.group.rawValue
        }
    }

    /// Nobody has answered in time.
    mutating func expireLocal(_ id: String, at now: Moment, into plan: inout Plan) {
        guard let asker = state.local.end(id) else { return }
        switch asker {
        case .module(let caller):
            fail(
                caller, because: "'\(caller.route.destination)' did not answer within \(settings.moduleTimeout)",
                at: now, into: &plan)
        case .cloud(let request):
            tellCloud(
                request, because: "'\(request.route.resource)': edged did not answer within \(settings.volumeTimeout)",
                at: now, into: &plan)
        }
    }
}
