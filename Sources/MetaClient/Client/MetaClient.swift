public import NIOCore
public import NIOPosix

/// The metadata of the node, as typed values: reads, watches and writes through MetaManager's local API.
///
/// ```swift
/// let client = MetaClient(path: "/run/metamanager/api.sock")
/// if let settings = try await client.configMaps.get("settings", in: "site") { print(settings.object.data) }
/// for try await event in client.pods.watch(in: "site") { print(event) }
/// ```
///
/// Each call opens a connection of its own on the API's Unix socket, which lets in the daemon's own user and root, and
/// closes it when it is done: there is nothing to start or stop. Calls may be made from any number of tasks; they
/// overlap, and nothing orders them but awaiting one before the next. Cancelling a task ends its connection.
///
/// What a node reports by itself (pod and node statuses, events, leases, tokens) goes through `NodeReporter`, which
/// works without the cloud too.
public struct MetaClient: Sendable {
    let transport: APITransport

    /// Makes a client; nothing is connected before the first call.
    ///
    /// - Parameters:
    ///   - path: the API's socket (`metaserver.socket`).
    ///   - eventLoopGroup: whose event loops are used.
    ///   - options: how the client behaves.
    public init(
        path: String = "/run/metamanager/api.sock",
        on eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, options: Options = Options()
    ) {
        transport = APITransport(path: path, group: eventLoopGroup, options: options)
    }

    /// Pods.
    public var pods: MetaObjects<Pod> { objects() }
    /// Nodes.
    public var nodes: MetaObjects<Node> { objects() }
    /// Config maps.
    public var configMaps: MetaObjects<ConfigMap> { objects() }
    /// Secrets.
    public var secrets: MetaObjects<Secret> { objects() }
    /// Leases.
    public var leases: MetaObjects<Lease> { objects() }
    /// Events.
    public var events: MetaObjects<Event> { objects() }
    /// Persistent volumes.
    public var persistentVolumes: MetaObjects<PersistentVolume> { objects() }
    /// Claims of persistent volumes.
    public var persistentVolumeClaims: MetaObjects<PersistentVolumeClaim> { objects() }
    /// Volumes that are attached to nodes, or are to be.
    public var volumeAttachments: MetaObjects<VolumeAttachment> { objects() }
    /// Requests for certificates.
    public var certificateSigningRequests: MetaObjects<CertificateSigningRequest> { objects() }

    /// The objects of a kind that knows its resource.
    ///
    /// - Parameter kind: the kind, such as one of your own.
    /// - Returns: its objects.
    public func objects<Object: MetaObject>(of kind: Object.Type = Object.self) -> MetaObjects<Object> {
        MetaObjects(resource: Object.resource, transport: transport)
    }

    /// The objects of any kind that the daemon serves, such as custom ones.
    ///
    /// - Parameter resource: group, version and plural.
    /// - Returns: its objects, as trees.
    public func objects(of resource: APIResource) -> MetaObjects<UntypedObject> {
        MetaObjects(resource: resource, transport: transport)
    }
}
