internal import Beehive
internal import EdgeHub
internal import Logging
internal import MetaManager
internal import MetaServer
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The link to a CloudCore, with the certificates it needs.
extension CloudSide {
    static func websocket(
        _ settings: Settings, inbox: Inbox<Input>, group: any EventLoopGroup, threads: NIOThreadPool, logger: Logger
    ) throws -> CloudSide {
        guard let linkSettings = try settings.link() else {
            return CloudSide(port: NoCloud()) {
                var figures = LinkFigures()
                figures.problems = ["edgehub.websocket.url is not set: there is no cloud to connect to until it is"]
                return figures
            }
        }
        // The link asks the keeper for a certificate, the keeper tells the link of a new one.
        let told = Lock(WeakLink())
        let keeper: IdentityKeeper? =
            linkSettings.url.isSecure
            ? IdentityKeeper(
                settings: settings.identity, group: group, threads: threads, logger: logger,
                onRenewed: { _ in told.withLock { $0.link }?.reconnect() }) : nil
        let link = WebSocketLink(
            settings: linkSettings, identity: keeper, inbox: inbox, group: group, logger: logger)
        told.withLock { $0.link = link }
        var services: [any Service] = [link]
        if let keeper { services.insert(keeper, at: 0) }
        return CloudSide(
            port: link, services: services,
            reload: { settings in
                keeper?.set(requestTimeout: settings.identity.requestTimeout)
                // The URL cannot change while running, so what made the first link makes this one.
                if let new = try? settings.link() { link.reload(new) }
            },
            figures: { figures(link.report, keeper?.report) })
    }

    private static func figures(_ report: LinkReport, _ identity: IdentityReport?) -> LinkFigures {
        var figures = LinkFigures()
        figures.kind = .websocket
        figures.heard = report.heard
        figures.received = report.received
        figures.pongs = report.pongs
        figures.sent = report.sent
        figures.skipped = [.malformed: report.badFrames.values.reduce(0, +), .tooLarge: report.oversize]
        figures.unsent = report.dropped
        figures.stalls = report.stalls
        figures.failedTries = report.failedTries
        figures.unconfirmed = report.unconfirmed
        figures.phase = report.phase.rawValue
        for (code, count) in report.faults { figures.ends[code.rawValue] = count }
        if let fault = report.fault { figures.problems.append(fault.description) }
        if let problem = identity?.problem, problem.description != report.fault?.description {
            figures.problems.append(problem.description)
        }
        figures.certificateEnd = identity?.notAfter
        figures.nextRenewal = identity?.nextRenewal
        figures.enrollments = identity?.enrollments ?? 0
        figures.enrollmentFailures = identity?.failures ?? 0
        return figures
    }
}

/// Whom the keeper tells; the link keeps the keeper already.
private struct WeakLink {
    weak var link: WebSocketLink?
}
