internal import Beehive
internal import MetaManager
internal import MetaServer

extension Daemon {
    /// Who takes which live keys over.
    static func liveParts(
        core: Core, upkeep: StoreUpkeep, backup: BackupKeeper, keep: Lock<Duration>, logs: LineLogHandler.Shared,
        access: APIAccess, applications: CloudApplications?
    ) -> [LivePart] {
        let (inbox, bus, cloud) = (core.inbox, core.bus, core.cloud)
        return [
            LivePart(
                [
                    "meta.sync.podstatus.interval", "meta.remote-query.timeout", "meta.remote-query.stale-after",
                    "meta.volume.timeout", "modules.timeout", "edgehub.outbox.max-facts", "edgehub.outbox.max-age",
                    "metaserver.offline.conflict",
                ], taking: { inbox.insist(.settings($0.planning)) }),
            LivePart(["meta.remote-query.timeout"], taking: { applications?.set(timeout: $0.meta.remoteQueryTimeout) }),
            LivePart(["modules.mailbox.messages", "modules.mailbox.bytes"], taking: { bus.setLimits($0.mailbox) }),
            LivePart(["modules.mailbox.keep"], taking: { new in keep.withLock { $0 = new.modules.mailboxKeep } }),
            LivePart(
                ["meta.database.budget", "metaserver.feed.window"],
                taking: { new in
                    upkeep.set(new.upkeep)
                    upkeep.tick()
                }),
            LivePart(["meta.database.backup.every", "meta.database.backup.path"], taking: { backup.set($0.backup) }),
            LivePart(["log.level", "log.format"], taking: { logs.set($0.logLevel, $0.log.format) }),
            LivePart(
                [
                    "edgehub.controller.heartbeat", "edgehub.websocket.handshake-timeout",
                    "edgehub.websocket.write-deadline", "edgehub.websocket.max-frame", "edgehub.rate.qps",
                    "edgehub.rate.burst", "edgehub.reconnect.min", "edgehub.reconnect.max",
                ], taking: { cloud.reload($0) }),
            LivePart(
                [
                    "metaserver.auth.service-account.key-files", "metaserver.auth.service-account.issuer",
                    "metaserver.auth.service-account.audiences",
                ], preparing: { try access.prepare($0) }),
            // Asked of the configuration in force at each write.
            LivePart(["metaserver.offline.kinds"], taking: { _ in }),
            LivePart(
                ["trace.path", "trace.bytes"],
                taking: { core.recorder.set(folder: $0.trace.path, bytes: $0.trace.bytes) }),
        ]
    }
}
