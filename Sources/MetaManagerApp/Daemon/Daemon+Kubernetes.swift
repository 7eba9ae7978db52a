internal import Beehive
internal import MetaServer
internal import MetaStore
internal import NIOPosix

extension Daemon {
    /// The Kubernetes paths over the store.
    ///
    /// - Parameters:
    ///   - core: the loop and what belongs to it.
    ///   - reader: where requests read.
    ///   - group: where the hub's clock ticks.
    ///   - threads: where reads block.
    func makeKubernetes(
        core: Core, reader: StoreReader, group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) throws -> KubeContext {
        let own = try openStore { () throws(StoreError) in
            try StoreReader(path: core.path, sealing: core.sealing, beside: core.readers)
        }
        let hub = WatchHub(reader: own, threads: threads, loops: group)
        core.bell.connect(hub)
        return KubeContext(reader: reader, hub: hub, threads: threads)
    }
}
