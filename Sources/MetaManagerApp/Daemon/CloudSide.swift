internal import Beehive
internal import EdgeHub
internal import Logging
internal import MetaManager
internal import MetaServer
internal import NIOCore
internal import ServiceLifecycle

/// What stands on the cloud's side of the loop: one of the links, its service, and what it tells of itself.
struct CloudSide {
    let port: any CloudPort
    let service: (any Service)?
    let figures: @Sendable () -> LinkFigures
    /// Takes live settings over; says nothing when none apply.
    var reload: @Sendable (Settings) -> Void = { _ in }

    static func make(
        _ settings: Settings, isStoreNew: Bool, inbox: Inbox<Input>, group: any EventLoopGroup, logger: Logger
    ) throws -> CloudSide {
        switch settings.edgeHub.link {
        case .directory:
            var folder = DirectorySettings(folder: settings.edgeHub.directoryPath)
            // A lost database is filled again, whatever the folder's own memory says was sent.
            folder.sendsEverything = isStoreNew
            let source = DirectorySource(settings: folder, inbox: inbox, logger: logger)
            return CloudSide(port: source, service: source) {
                var figures = LinkFigures()
                figures.problems = source.report.problems
                return figures
            }
        case .none: return CloudSide(port: NoCloud(), service: nil) { LinkFigures() }
        case .websocket: return try websocket(settings, inbox: inbox, group: group, logger: logger)
        }
    }

    private static func websocket(
        _ settings: Settings, inbox: Inbox<Input>, group: any EventLoopGroup, logger: Logger
    ) throws -> CloudSide {
        guard let linkSettings = try settings.link() else {
            return CloudSide(port: NoCloud(), service: nil) {
                var figures = LinkFigures()
                figures.problems = ["edgehub.websocket.url is not set: there is no cloud to connect to until it is"]
                return figures
            }
        }
        let link = WebSocketLink(settings: linkSettings, identity: nil, inbox: inbox, group: group, logger: logger)
        return CloudSide(
            port: link, service: link,
            figures: {
                let report = link.report
                var figures = LinkFigures()
                figures.received = report.received
                figures.sent = report.sent
                figures.skipped = [.malformed: report.badFrames.values.reduce(0, +), .tooLarge: report.oversize]
                if let fault = report.fault { figures.problems.append("link: \(fault)") }
                return figures
            },
            reload: { settings in
                // The URL cannot change while running, so what made the first link makes this one.
                if let new = try? settings.link() { link.reload(new) }
            })
    }
}

/// The link's figures for reports.
struct LinkAdapter: LinkReporting {
    let read: @Sendable () -> LinkFigures
    var figures: LinkFigures { read() }
}
