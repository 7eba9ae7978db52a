internal import Beehive
internal import MetaManager
internal import MetaServer

extension Daemon {
    /// What asks the cloud for the local API; nil when nobody can reach the API.
    func makeApplications(_ settings: Settings, core: Core) -> CloudApplications? {
        guard settings.metaServer.server != nil || settings.metaServer.socket != nil else { return nil }
        let (loop, figures) = (core.loop, core.cloud.figures)
        let noController =
            settings.edgeHub.link == .websocket
            ? nil : "this node's cloud is a folder of manifests, which takes no writes: change the files there"
        return CloudApplications(
            bus: core.bus, node: settings.edgeHub.nodeID, timeout: settings.meta.remoteQueryTimeout,
            noController: noController, isLinkUp: { loop.status.isLinkUp },
            heard: {
                let figures = figures()
                return figures.received + figures.pongs
            }, logger: logger("metaserver"))
    }
}
