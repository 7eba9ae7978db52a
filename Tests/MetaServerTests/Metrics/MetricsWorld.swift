import Beehive
import Glibc
import Logging
import MetaManager

@testable import MetaServer
@testable import MetaStore

/// A daemon's parts of which every metric has something to tell.
enum MetricsWorld {
    private struct Link: LinkReporting {
        var figures: LinkFigures {
            var figures = LinkFigures()
            (figures.kind, figures.phase, figures.heard) = (.websocket, "alive", SystemTime().now().wall - 5000)
            (figures.certificateEnd, figures.nextRenewal) = (4_000_000_000_000, 3_000_000_000_000)
            (figures.received, figures.sent, figures.pongs, figures.unsent) = (7, 8, 9, 1)
            (figures.ends, figures.skipped) = (["closed": 2, "\"}\n nonsense": 3], [.malformed: 4])
            return figures
        }
    }

    private struct Care: StoreCaring {
        var condition: StoreCondition { StoreCondition() }
        var repairObstacle: String? { nil }
        func requestRepair() -> Bool { false }
    }

    private struct Backup: BackupControl {
        var status: BackupReport {
            var report = BackupReport()
            report.every = .seconds(86400)
            report.newest = Backups.Generation(
                path: "/x", number: 1, time: SystemTime().now().wall - 60_000, bytes: 4096)
            return report
        }
        var lastRequest: BackupRequest? { nil }
        func request(_ path: String) -> Bool { false }
    }

    /// Fills in what a fixture's context does not have.
    static func complete(_ context: inout ServerContext) {
        context.link = Link()
        context.care = Care()
        context.backup = Backup()
        context.configuration = {
            var figures = ConfigurationFigures(path: "edge.yaml", now: 1)
            figures.note(.refused, at: 2)
            return figures
        }
        context.socket = { SocketFigures(connections: 2, refused: ["too_large": 1, "\u{7} odd": 1]) }
        context.node = {
            NodeFigures(isRegistered: true, generation: nil, lastStatus: 1, lastLease: 1_700_000_000_000, problems: [])
        }
        var upkeep = StoreUpkeep.Report()
        upkeep.figures.feedSince = 1
        context.upkeep = { [upkeep] in upkeep }
        context.audit = Audit(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        context.apiCertificateEnd = { 4_000_000_000_000 }
        context.version = "9.9.9"
        let report = context.report
        context.report = {
            var loop = report()
            (loop.linkSince, loop.podStatusSyncTime) = (1_700_000_000_000, 1_700_000_000_000)
            return loop
        }
    }

    /// The names and labels of all samples of an exposition.
    static func series(_ text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
                String(line[..<(line.lastIndex(of: " ") ?? line.endIndex)])
            })
    }
}

/// Files of the project.
enum ProjectFile {
    private static var root: String { "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") }

    /// Writes a file of the project anew.
    static func write(_ text: String, to path: String) throws {
        guard let file = fopen("\(root)/\(path)", "wb") else {
            throw ServerError(description: "\(path) cannot be written")
        }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw ServerError(description: "\(path) was not written whole")
        }
    }

    /// The text of a file, by its path below the project's folder; nil when there is none.
    static func text(_ path: String) -> String? {
        guard let file = fopen("\(root)/\(path)", "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, 65536, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
