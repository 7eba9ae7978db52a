internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaServer
internal import MetaStore
internal import NIOPosix

extension Daemon {
    /// The Kubernetes paths over the store.
    ///
    /// - Parameters:
    ///   - core: the loop and what belongs to it.
    ///   - configuration: what may be written while the cloud is away, as it is in force.
    ///   - access: who may ask.
    ///   - applications: what asks the cloud.
    ///   - reader: where requests read.
    ///   - group: where the hub's clock ticks.
    ///   - threads: where reads block.
    /// - Returns: what the paths are made of.
    /// - Throws: `DaemonError` when the store cannot be read.
    func makeKubernetes(
        core: Core, configuration: Lock<Configuration>, access: APIAccess, applications: CloudApplications?,
        reader: StoreReader,
        group: MultiThreadedEventLoopGroup, threads: Threads
    ) throws -> KubeContext {
        let own = try openStore { () throws(StoreError) in
            try StoreReader(path: core.path, sealing: core.sealing, beside: core.readers)
        }
        let hub = WatchHub(reader: own, threads: threads.watches, loops: group)
        core.bell.connect(hub)
        var context = KubeContext(reader: reader, hub: hub, threads: threads.reads)
        context.applications = applications
        context.writer = LocalWriter(core.inbox)
        context.policy = {
            WritePolicy(offlineKinds: configuration.withLock { $0.settings.metaServer.offlineKinds })
        }
        context.reviews = access.reviews
        context.audit = access.audit
        return context
    }
}
