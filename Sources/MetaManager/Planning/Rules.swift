internal import Beehive

/// What is done with a message: the rows of the operation tables of `messages.md`, section 3.
enum Rule: String, CaseIterable {
    // From the cloud.
    case storeObject
    case storeList
    case storeForFunction
    case deleteObject
    case cloudResponse
    case cloudError
    case volume
    case passToTwin
    case passToBuses
    case applicationAnswer
    // From modules.
    case remote
    case event
    case nodeUpdate
    case localState
    case localPatch
    case podDelete
    case query
    case ownResponse
    case functionFact
    case deviceWrite
    case toCloud
    case application
    case keptAnswer
    case keptAnswerGone
    // Inside.
    case podStatusSync
    // None of these.
    case unknown
}

/// One row: who, which operation, and what about.
///
/// Nil is any. The first row that fits counts.
struct RuleRow {
    enum Origin { case cloud, module }

    let origin: Origin
    let operation: Operation?
    // Lists: of so few short words comparing takes less than hashing.
    var sources: [ModuleName]?
    var types: [ResourceType]?
    var groups: [ModuleGroup]?
    let rule: Rule

    func fits(_ message: Message, type: ResourceType?) -> Bool {
        if let operation, operation != message.route.operation { return false }
        if let sources, !sources.contains(message.route.source) { return false }
        if let groups, !groups.contains(message.route.group) { return false }
        if let types {
            guard let type, types.contains(type) else { return false }
        }
        return true
    }
}

/// The one rule set for both generations of peers: behaviour follows from the message, never from a configured version.
enum Rules {
    static let metaManagers: [ModuleName] = [.metaManager, .metaManagerClassic]

    static let rows: [RuleRow] = [
        // Frames of twin and buses pass by.
        RuleRow(origin: .cloud, operation: nil, groups: [.twin], rule: .passToTwin),
        RuleRow(origin: .cloud, operation: nil, groups: [.user], rule: .passToBuses),
        RuleRow(origin: .cloud, operation: .response, rule: .cloudResponse),
        RuleRow(origin: .cloud, operation: .error, rule: .cloudError),
        RuleRow(origin: .cloud, operation: nil, groups: [.taskManager], rule: .unknown),
        RuleRow(origin: .cloud, operation: .insert, sources: [.funcManager], rule: .storeForFunction),
        RuleRow(origin: .cloud, operation: .update, sources: [.funcManager], rule: .storeForFunction),
        RuleRow(origin: .cloud, operation: .action, rule: .storeForFunction),
        RuleRow(origin: .cloud, operation: .update, types: [.serviceList, .endpointsList], rule: .storeList),
        RuleRow(origin: .cloud, operation: .insert, rule: .storeObject),
        RuleRow(origin: .cloud, operation: .update, rule: .storeObject),
        RuleRow(origin: .cloud, operation: .delete, rule: .deleteObject),
        RuleRow(origin: .cloud, operation: .createVolume, rule: .volume),
        RuleRow(origin: .cloud, operation: .deleteVolume, rule: .volume),
        RuleRow(origin: .cloud, operation: .controllerPublishVolume, rule: .volume),
        RuleRow(origin: .cloud, operation: .controllerUnpublishVolume, rule: .volume),
        RuleRow(origin: .cloud, operation: .applicationResponse, rule: .applicationAnswer),

        RuleRow(origin: .module, operation: nil, groups: [.hub], rule: .toCloud),
        RuleRow(origin: .module, operation: .metaInternalSync, sources: metaManagers, rule: .podStatusSync),
        RuleRow(origin: .module, operation: nil, types: [.event], rule: .event),
        RuleRow(origin: .module, operation: .actionResult, rule: .functionFact),
        RuleRow(origin: .module, operation: .update, sources: [.edgeFunction], rule: .functionFact),
        RuleRow(
            origin: .module, operation: .insert,
            types: [.node, .pod, .lease, .certificateSigningRequest, .nodeStatus], rule: .remote),
        RuleRow(origin: .module, operation: .update, types: [.lease], rule: .remote),
        RuleRow(origin: .module, operation: .update, types: [.node], rule: .nodeUpdate),
        RuleRow(origin: .module, operation: .update, sources: metaManagers, types: [.device], rule: .deviceWrite),
        RuleRow(origin: .module, operation: .update, sources: [.edged], rule: .localState),
        RuleRow(
            origin: .module, operation: .update, sources: [.nodeAgent], types: [.nodeStatus], rule: .localState),
        RuleRow(
            origin: .module, operation: .update, sources: [.metaServer],
            types: [.customResourceDefinition, .discovery, .watchApplication], rule: .keptAnswer),
        RuleRow(
            origin: .module, operation: .null, sources: [.metaServer], groups: [.dynamicController],
            rule: .application),
        RuleRow(origin: .module, operation: .patch, types: [.podPatch, .nodePatch], rule: .localPatch),
        RuleRow(origin: .module, operation: .delete, types: [.pod], rule: .podDelete),
        RuleRow(
            origin: .module, operation: .delete, sources: [.metaServer],
            types: [.customResourceDefinition, .discovery, .watchApplication], rule: .keptAnswerGone),
        RuleRow(origin: .module, operation: .query, rule: .query),
        RuleRow(origin: .module, operation: .response, rule: .ownResponse),
        RuleRow(origin: .module, operation: .error, rule: .ownResponse),
    ]

    private static let cloudRows = index(.cloud)
    private static let moduleRows = index(.module)

    /// The rows of an origin by operation, in the table's order; rows for any operation stand in each list.
    private static func index(_ origin: RuleRow.Origin) -> (known: [Operation: [RuleRow]], other: [RuleRow]) {
        let mine = rows.filter { $0.origin == origin }
        let operations = Set(mine.compactMap(\.operation))
        let known = operations.map { operation in
            (operation, mine.filter { $0.operation == nil || $0.operation == operation })
        }
        return (Dictionary(uniqueKeysWithValues: known), mine.filter { $0.operation == nil })
    }

    /// The rule for a message.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - type: the type that its resource names, if it has one.
    ///   - origin: where it came from.
    /// - Returns: the rule; `unknown` if no row fits.
    static func match(_ message: Message, type: ResourceType?, from origin: RuleRow.Origin) -> Rule {
        let table = origin == .cloud ? cloudRows : moduleRows
        for row in table.known[message.route.operation] ?? table.other where row.fits(message, type: type) {
            return row.rule
        }
        return .unknown
    }
}

/// What is known of types beside the tables.
enum TypeRules {
    /// Types that may need the cloud when queried by id.
    static let remote: Set<ResourceType> = [
        .configMap, .secret, .persistentVolume, .persistentVolumeClaim, .volumeAttachment, .node, .endpoints,
        .serviceAccountToken, .lease, .certificateSigningRequest, .clusterCA,
    ]

    /// Types that the cloud is asked for even when a row is stored.
    static let alwaysRemote: Set<ResourceType> = [.volumeAttachment, .lease, .certificateSigningRequest]

    /// Types whose content has to be an object.
    static let objects: Set<ResourceType> = [
        .pod, .configMap, .secret, .node, .lease, .service, .endpoints, .serviceAccountAccess, .persistentVolume,
        .persistentVolumeClaim, .volumeAttachment, .certificateSigningRequest, .device, .deviceModel,
    ]

    /// Types that count each time they come: orders and signs of life.
    static let neverUnchanged: Set<ResourceType> = [.nodeStatus]

    /// The types that edgemesh consumes.
    static let mesh: Set<ResourceType> = [.service, .endpoints, .serviceList, .endpointsList, .podList]

    /// The types that twin consumes.
    static let twin: Set<ResourceType> = [.device, .deviceModel]

    /// The types that edged consumes.
    static let edged: Set<ResourceType> = [
        .pod, .configMap, .secret, .persistentVolume, .persistentVolumeClaim, .volumeAttachment,
    ]

    /// The types that a module new to this process has to list.
    ///
    /// - Parameter module: the module.
    /// - Returns: the types it is a consumer of.
    static func consumed(by module: ModuleInfo) -> Set<ResourceType> {
        switch module.name {
        case .edged: edged
        case .edgeMesh: [.service, .endpoints, .podList]
        case .twin: twin
        default: []
        }
    }

    /// The type that the object of an answer is stored under.
    static func stored(_ type: ResourceType) -> ResourceType {
        switch type {
        case .podPatch, .podStatus: .pod
        case .nodePatch, .nodeStatus: .node
        default: type
        }
    }

    /// `apiVersion` and `kind` of the types whose objects come without them in answers.
    static func apiVersionAndKind(_ type: ResourceType) -> (apiVersion: String, kind: String)? {
        switch type {
        case .pod: ("v1", "Pod")
        case .node: ("v1", "Node")
        case .configMap: ("v1", "ConfigMap")
        case .secret: ("v1", "Secret")
        case .persistentVolume: ("v1", "PersistentVolume")
        case .persistentVolumeClaim: ("v1", "PersistentVolumeClaim")
        case .volumeAttachment: ("storage.k8s.io/v1", "VolumeAttachment")
        case .lease: ("coordination.k8s.io/v1", "Lease")
        case .certificateSigningRequest: ("certificates.k8s.io/v1", "CertificateSigningRequest")
        case .serviceAccountToken: ("authentication.k8s.io/v1", "TokenRequest")
        default: nil
        }
    }
}
