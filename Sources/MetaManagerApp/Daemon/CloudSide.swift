internal import Beehive
internal import EdgeHub
internal import Logging
internal import MetaManager
internal import MetaServer
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// What stands on the cloud's side of the loop: one of the links, its services, and what it tells of itself.
struct CloudSide {
    let port: any CloudPort
    /// In the order of their start.
    var services: [any Service] = []
    /// Takes live settings over; says nothing when none apply.
    var reload: @Sendable (Settings) -> Void = { _ in }
    let figures: @Sendable () -> LinkFigures

    static func make(
        _ settings: Settings, isStoreNew: Bool, inbox: Inbox<Input>, group: any EventLoopGroup,
        threads: NIOThreadPool, logger: Logger
    ) throws -> CloudSide {
        switch settings.edgeHub.link {
        case .directory:
            var folder = DirectorySettings(folder: settings.edgeHub.directoryPath)
            // A lost database is filled again, whatever the folder's own memory says was sent.
            folder.sendsEverything = isStoreNew
            let source = DirectorySource(settings: folder, inbox: inbox, logger: logger)
            return CloudSide(port: source, services: [source]) {
                var figures = LinkFigures()
                figures.kind = .directory
                figures.problems = source.report.problems
                return figures
            }
        case .none: return CloudSide(port: NoCloud()) { LinkFigures() }
        case .websocket:
            return try websocket(settings, inbox: inbox, group: group, threads: threads, logger: logger)
        }
    }
}

/// The link's figures for reports.
struct LinkAdapter: LinkReporting {
    let read: @Sendable () -> LinkFigures
    var figures: LinkFigures { read() }
}

extension NodeFigures {
    init(_ report: NodeAgentReport) {
        self.init(
            isRegistered: report.isRegistered, generation: report.generation?.rawValue, lastStatus: report.lastStatus,
            lastLease: report.lastLease, problems: report.problems)
    }
}
