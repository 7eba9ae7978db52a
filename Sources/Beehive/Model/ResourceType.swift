/// The second part of a resource: what kind of thing it names, in KubeEdge's lower-case singular.
public struct ResourceType: OpenValue {
    /// The word on the wire.
    public let rawValue: String

    /// Wraps any word.
    public init(_ word: String) { rawValue = word }

    /// A pod, as the cloud sent it.
    public static let pod: ResourceType = "pod"
    /// A pod's state, as edged reports it.
    public static let podStatus: ResourceType = "podstatus"
    /// A patch of a pod's status.
    public static let podPatch: ResourceType = "podpatch"
    /// 1.2's list of pods for the mesh.
    public static let podList: ResourceType = "podlist"
    /// A config map.
    public static let configMap: ResourceType = "configmap"
    /// A secret.
    public static let secret: ResourceType = "secret"
    /// A node, as the cloud sent it.
    public static let node: ResourceType = "node"
    /// A node's state, as 1.2's edged reports it.
    public static let nodeStatus: ResourceType = "nodestatus"
    /// A patch of a node's status.
    public static let nodePatch: ResourceType = "nodepatch"
    /// A lease.
    public static let lease: ResourceType = "lease"
    /// An event.
    public static let event: ResourceType = "event"
    /// A service.
    public static let service: ResourceType = "service"
    /// A list of services.
    public static let serviceList: ResourceType = "servicelist"
    /// The endpoints of a service.
    public static let endpoints: ResourceType = "endpoints"
    /// A list of endpoints.
    public static let endpointsList: ResourceType = "endpointslist"
    /// A token request of a service account.
    public static let serviceAccountToken: ResourceType = "serviceaccounttoken"
    /// What a service account may do, for the local API.
    public static let serviceAccountAccess: ResourceType = "serviceaccountaccess"
    /// A persistent volume.
    public static let persistentVolume: ResourceType = "persistentvolume"
    /// A claim on a persistent volume.
    public static let persistentVolumeClaim: ResourceType = "persistentvolumeclaim"
    /// The attachment of a volume to a node.
    public static let volumeAttachment: ResourceType = "volumeattachment"
    /// A certificate signing request.
    public static let certificateSigningRequest: ResourceType = "certificatesigningrequest"
    /// A device.
    public static let device: ResourceType = "device"
    /// A device's model.
    public static let deviceModel: ResourceType = "devicemodel"
    /// The state of the cloud link (`node/connection`).
    public static let connection: ResourceType = "connection"
    /// The cluster's certificate authority (`k8s/ca.crt`).
    public static let clusterCA: ResourceType = "ca.crt"
    /// A custom resource definition.
    public static let customResourceDefinition: ResourceType = "customresourcedefinition"
    /// What the cluster answered under a discovery path, kept by the local API.
    public static let discovery: ResourceType = "discovery"
    /// A watch that the local API has registered with the cloud, kept for the next start.
    public static let watchApplication: ResourceType = "watchapp"
    /// A module of the node (attach and relist frames).
    public static let module: ResourceType = "module"
}
