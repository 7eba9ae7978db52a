/// The name of a module (`route.source`, `route.destination`), on the node or in the cloud.
public struct ModuleName: OpenValue {
    /// The word on the wire.
    public let rawValue: String

    /// Wraps any word.
    public init(_ word: String) { rawValue = word }

    /// This program's metadata module, as 1.23 calls it.
    public static let metaManager: ModuleName = "metamanager"
    /// The same module, as 1.2 calls it.
    public static let metaManagerClassic: ModuleName = "metaManager"
    /// The cloud link, by the name that routes to it.
    public static let websocket: ModuleName = "websocket"
    /// The cloud link, by the name it tells its state under.
    public static let edgeHub: ModuleName = "edgehub"
    /// The pod agent.
    public static let edged: ModuleName = "edged"
    /// The service mesh.
    public static let edgeMesh: ModuleName = "edgemesh"
    /// The device twin.
    public static let twin: ModuleName = "twin"
    /// The MQTT bus.
    public static let eventBus: ModuleName = "eventbus"
    /// The HTTP bus.
    public static let serviceBus: ModuleName = "servicebus"
    /// The function runtime.
    public static let edgeFunction: ModuleName = "edgefunction"
    /// This program's own agent, which registers the node where edged does not.
    public static let nodeAgent: ModuleName = "nodeagent"
    /// This program's own asker of what a lost database held.
    public static let resync: ModuleName = "resync"
    /// This program's own local API, which asks the cloud's dynamic controller.
    public static let metaServer: ModuleName = "metaserver"

    /// The cloud's controller of pods, config maps, secrets and nodes.
    public static let edgeController: ModuleName = "edgecontroller"
    /// The cloud's controller of devices.
    public static let deviceController: ModuleName = "devicecontroller"
    /// The cloud's controller of watched kinds.
    public static let dynamicController: ModuleName = "dynamiccontroller"
    /// The cloud's controller of service account access.
    public static let policyController: ModuleName = "policycontroller"
    /// The cloud's reconciler.
    public static let syncController: ModuleName = "synccontroller"
    /// The cloud's function manager.
    public static let funcManager: ModuleName = "funcmgr"
    /// The cloud's end of the link.
    public static let cloudHub: ModuleName = "cloudhub"

    /// The names under which only the cloud speaks.
    public static let cloudSources: Set<ModuleName> = [
        .edgeController, .deviceController, .dynamicController, .policyController, .syncController, .funcManager,
        .cloudHub,
    ]

    /// The program's own names, which nobody may attach under.
    public static let ownNames: Set<ModuleName> = [
        .metaManager, .metaManagerClassic, .websocket, .edgeHub, .nodeAgent, .resync, .metaServer,
    ]

    /// True for either spelling of this program's metadata module.
    public var isMetaManager: Bool { self == .metaManager || self == .metaManagerClassic }
}

/// The group of modules that a message is for (`route.group`).
public struct ModuleGroup: OpenValue {
    /// The word on the wire.
    public let rawValue: String

    /// Wraps any word.
    public init(_ word: String) { rawValue = word }

    /// MetaManager, on the node.
    public static let meta: ModuleGroup = "meta"
    /// EdgeHub: messages for the cloud.
    public static let hub: ModuleGroup = "hub"
    /// The pod agent.
    public static let edged: ModuleGroup = "edged"
    /// The service mesh.
    public static let mesh: ModuleGroup = "mesh"
    /// The device twin.
    public static let twin: ModuleGroup = "twin"
    /// The MQTT bus.
    public static let bus: ModuleGroup = "bus"
    /// The HTTP bus; on the wire, messages for both buses.
    public static let user: ModuleGroup = "user"
    /// The function runtime.
    public static let edgeFunction: ModuleGroup = "edgefunction"
    /// On the wire: metadata.
    public static let resource: ModuleGroup = "resource"
    /// On the wire: functions.
    public static let function: ModuleGroup = "func"
    /// On the wire: node tasks.
    public static let taskManager: ModuleGroup = "taskmanager"
    /// On the wire: what the local API asks the cloud's dynamic controller.
    public static let dynamicController: ModuleGroup = "dynamiccontroller"

    /// The group a module belongs to when it names none (`messages.md`, section 1).
    ///
    /// - Parameter module: the module's name.
    /// - Returns: the known group, or one named like the module.
    public static func standard(for module: ModuleName) -> ModuleGroup {
        switch module {
        case .metaManager, .metaManagerClassic: .meta
        case .websocket, .edgeHub: .hub
        case .edged: .edged
        case .edgeMesh: .mesh
        case .twin: .twin
        case .eventBus: .bus
        case .serviceBus: .user
        case .edgeFunction: .edgeFunction
        default: ModuleGroup(module.rawValue)
        }
    }
}
