internal import Beehive

/// Who is told about what the cloud sends (`messages.md`, section 3).
extension Planner {
    /// The module that consumes a message of the cloud; nil for nobody.
    func consumer(of message: Message, type: ResourceType) -> ModuleName? {
        switch message.route.source {
        case .policyController: return nil
        case .deviceController: return .twin
        case .funcManager: return .edgeFunction
        default: break
        }
        if type == .node { return nil }
        if TypeRules.mesh.contains(type), state.has(.edgeMesh) { return .edgeMesh }
        // What only the local API watches is nothing to edged; what it uses it must hear from whoever says it first,
        // since the same version from the other controller is no news any more.
        if message.route.source == .dynamicController, !TypeRules.edged.contains(type) { return nil }
        return .edged
    }

    /// Delivers a message of the cloud to its consumer.
    func deliverToConsumer(_ message: Message, type: ResourceType, into plan: inout Plan) {
        guard let name = consumer(of: message, type: type) else { return }
        var message = message
        if name == .twin {
            // DeviceTwin drops insert, update and delete under any other source.
            message.route.source = ModuleName(ModuleGroup.meta.rawValue)
            message.route.group = .twin
        }
        plan.deliveries.append((.module(name), message))
    }

    /// True when the rule sends a module's message on to the cloud.
    func isForCloud(_ message: Message) -> Bool {
        switch message.route.destination {
        case ModuleName.websocket.rawValue, ModuleName.edgeHub.rawValue, ModuleGroup.hub.rawValue: true
        default: message.route.group == .hub
        }
    }

    /// The other module or group that a message is meant for; nil if MetaManager or the cloud is.
    func destination(of message: Message) -> String? {
        let word = message.route.destination
        if word.isEmpty || ModuleName(word).isMetaManager || word == ModuleGroup.meta.rawValue { return nil }
        return isForCloud(message) ? nil : word
    }
}
