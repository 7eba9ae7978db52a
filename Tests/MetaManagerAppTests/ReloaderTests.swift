import Beehive
import Logging
import MetaManagerApp
import MetaServer
import TestKit
import Testing

/// A reloader whose file, parts and readiness are the test's.
final class ReloadFixture: Sendable {
    struct Refused: Error, CustomStringConvertible { let description: String }

    struct Outside {
        var file = ""
        var checks: [String: String?] = ["store": nil, "loop": nil, "sockets": nil]
        var isPartRefusing = false
        var taken: [Settings] = []
    }

    let outside = Lock(Outside())
    let time = ManualTime()
    let current: Lock<Configuration>
    let figures: Lock<ConfigurationFigures>

    init(_ file: String) throws {
        current = Lock(try configuration(file))
        figures = Lock(ConfigurationFigures(path: "edge.yaml", now: 1000))
        outside.withLock { $0.file = file }
    }

    /// Two parts: what the first is told, the second may refuse to prepare.
    func reloader() -> Reloader {
        let parts = [
            LivePart(["log.level"], taking: { [outside] new in outside.withLock { $0.taken.append(new) } }),
            LivePart(
                ["metaserver.auth.service-account.key-files"],
                preparing: { [outside] _ in
                    if outside.withLock({ $0.isPartRefusing }) { throw Refused(description: "no such key file") }
                    return {}
                }),
        ]
        return Reloader(
            current: current, figures: figures, parts: parts,
            read: { [outside] in try configuration(outside.withLock { $0.file }) },
            checks: { [outside] in outside.withLock { $0.checks.map { ($0.key, $0.value) } } }, time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func write(_ file: String) { outside.withLock { $0.file = file } }
    var report: ConfigurationFigures { figures.withLock { $0 } }
    var settings: Settings { current.withLock { $0.settings } }
    var taken: Int { outside.withLock { $0.taken.count } }
}

@Suite struct ReloaderTests {
    private static let node = "edgehub.controller.node-id: a\n"

    @Test func `live keys apply together, the others wait for a restart and are told of`() throws {
        let fixture = try ReloadFixture(Self.node)
        var reloader = fixture.reloader()
        fixture.write(
            "edgehub.controller.node-id: b\nedgehub.http.token: geheim\nlog.level: debug\nmeta.volume.timeout: 7\n")
        reloader.reload()
        #expect(fixture.settings.log.level == "debug" && fixture.settings.meta.volumeTimeout == .seconds(7))
        #expect(fixture.settings.edgeHub.nodeID == "a" && fixture.settings.edgeHub.token == nil)
        #expect(fixture.report.result == .applied && fixture.report.problems.isEmpty)
        #expect(
            fixture.report.pending == [
                .init(key: "edgehub.controller.node-id", running: "a", file: "b"),
                .init(key: "edgehub.http.token", running: nil, file: "********"),
            ])
        fixture.write(Self.node)
        reloader.reload()
        #expect(fixture.report.pending.isEmpty && fixture.settings.log.level == "info")
        #expect(fixture.taken == 2)
    }

    @Test func `a secret that changes is pending though both are shown alike`() throws {
        let fixture = try ReloadFixture("edgehub.http.token: one\n")
        var reloader = fixture.reloader()
        fixture.write("edgehub.http.token: two\n")
        reloader.reload()
        #expect(fixture.report.result == .unchanged)
        #expect(fixture.report.pending.map(\.key) == ["edgehub.http.token"])
        #expect(!"\(fixture.report)".contains("two"))
    }

    @Test(
        arguments: [
            ("log.level: lout\n", "log.level"), ("log.levl: info\n", "log.level"), ("log: [\n", "line"),
            ("- a\n", "mapping"), ("edgehub.reconnect.min: 60\n", "edgehub.reconnect.max"),
            ("a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n", "no such key"),
        ])
    func `a file with a fault changes nothing, not even what is right in it`(file: String, names: String) throws {
        let fixture = try ReloadFixture("")
        var reloader = fixture.reloader()
        let before = fixture.settings
        fixture.write("meta.volume.timeout: 7\n" + file)
        reloader.reload()
        #expect(fixture.settings == before && fixture.taken == 0)
        #expect(fixture.report.result == .refused && fixture.report.counts == [.refused: 1])
        let problem = fixture.report.problems.joined()
        #expect(problem.contains(names) && problem.contains("edge.yaml: "), "\(problem)")
        #expect(problem.contains("the values before stay in force"), "\(problem)")
        fixture.write("meta.volume.timeout: 7\n")
        reloader.reload()
        #expect(fixture.report.problems.isEmpty && fixture.settings.meta.volumeTimeout == .seconds(7))
    }

    @Test func `what one part cannot prepare no part takes over`() throws {
        let fixture = try ReloadFixture("")
        var reloader = fixture.reloader()
        fixture.outside.withLock { $0.isPartRefusing = true }
        fixture.write("log.level: debug\n")
        reloader.reload()
        #expect(fixture.taken == 0 && fixture.settings.log.level == "info")
        #expect(fixture.report.problems.first?.contains("no such key file") == true)
        fixture.outside.withLock { $0.isPartRefusing = false }
        reloader.reload()
        #expect(fixture.taken == 1 && fixture.settings.log.level == "debug")
    }

    @Test func `a live key that cannot stand beside what runs waits with the rest`() throws {
        let service = "metaserver.auth.mode: serviceaccount\nmetaserver.auth.service-account.key-files: [/k]\n"
        let fixture = try ReloadFixture(service)
        var reloader = fixture.reloader()
        fixture.write("metaserver.auth.mode: token\nlog.level: debug\n")
        reloader.reload()
        #expect(fixture.settings.log.level == "info" && fixture.report.result == .refused)
        #expect(fixture.report.problems.first?.contains("restart the daemon") == true)
    }

    @Test func `a default beside the database follows the database in use`() throws {
        let fixture = try ReloadFixture("meta.database.path: /a/edgecore.db\n")
        var reloader = fixture.reloader()
        fixture.write("meta.database.path: /b/edgecore.db\nlog.level: debug\n")
        reloader.reload()
        #expect(fixture.settings.meta.backupPath == "/a/backup" && fixture.settings.trace.path == "/a/trace")
        #expect(fixture.settings.log.level == "debug")
        fixture.write("meta.database.path: /b/edgecore.db\nmeta.database.backup.path: /c\n")
        reloader.reload()
        #expect(fixture.settings.meta.backupPath == "/c")
    }

    @Test func `when a check that was good fails after a change, the values before come back`() throws {
        let fixture = try ReloadFixture("")
        fixture.outside.withLock { $0.checks["loop"] = "slow already" }
        var reloader = fixture.reloader()
        fixture.write("meta.database.budget: 8KiB\nnode.namespace: b\n")
        reloader.reload()
        fixture.write("meta.database.budget: 4KiB\nlog.level: debug\nnode.namespace: b\n")
        reloader.reload()
        reloader.look()
        #expect(reloader.trial != nil)
        fixture.outside.withLock { $0.checks["store"] = "cannot be written" }
        reloader.look()
        #expect(fixture.settings.meta.databaseBudget == 4096)
        fixture.time.advance(by: ReloadTrial.interval)
        reloader.look()
        #expect(fixture.settings.meta.databaseBudget == 256 << 20 && fixture.settings.log.level == "info")
        #expect(fixture.outside.withLock { $0.taken.last?.meta.databaseBudget } == 256 << 20)
        #expect(reloader.trial == nil && fixture.report.result == .rolledBack)
        let problem = fixture.report.problems.joined()
        for word in ["meta.database.budget", "log.level", "store failed: cannot be written", "SIGHUP"] {
            #expect(problem.contains(word), "\(problem)")
        }
        #expect(
            fixture.report.pending.map(\.key) == ["meta.database.budget", "log.level", "node.namespace"])
    }

    @Test func `values that cannot be put back are told of, with the cause and the cure`() throws {
        let fixture = try ReloadFixture("")
        var reloader = fixture.reloader()
        fixture.write("log.level: debug\nnode.namespace: b\n")
        reloader.reload()
        fixture.outside.withLock { outside in
            outside.checks["store"] = "cannot be written"
            outside.isPartRefusing = true
        }
        reloader.look()
        fixture.time.advance(by: ReloadTrial.interval)
        reloader.look()
        #expect(fixture.settings.log.level == "debug" && reloader.trial == nil)
        #expect(fixture.report.result.rawValue == "rollback_failed")
        #expect(fixture.report.since == fixture.time.now().wall - ReloadTrial.interval.milliseconds)
        #expect(fixture.report.pending.map(\.key) == ["node.namespace"])
        let problem = fixture.report.problems.joined()
        for word in ["log.level", "store failed: cannot be written", "no such key file", "restart"] {
            #expect(problem.contains(word), "\(problem)")
        }
        // What is mended is no problem any more.
        fixture.outside.withLock { outside in
            outside.checks["store"] = .some(nil)
            outside.isPartRefusing = false
        }
        fixture.write("")
        reloader.reload()
        #expect(fixture.report.problems.isEmpty && fixture.report.result == .applied)
        #expect(fixture.settings.log.level == "info")
    }

    @Test func `one bad look, a check that was bad before, and what comes after the trial take nothing back`() throws {
        let fixture = try ReloadFixture("")
        fixture.outside.withLock { $0.checks["loop"] = "slow already" }
        var reloader = fixture.reloader()
        fixture.write("log.level: debug\n")
        reloader.reload()
        for problem: String? in ["a hiccup", nil, "another", nil] {
            fixture.outside.withLock { $0.checks["store"] = .some(problem) }
            reloader.look()
            fixture.time.advance(by: ReloadTrial.interval)
        }
        fixture.outside.withLock { $0.checks["store"] = .some(nil) }
        fixture.time.advance(by: ReloadTrial.length)
        reloader.look()
        #expect(reloader.trial == nil)
        fixture.outside.withLock { $0.checks["store"] = "broken" }
        for _ in 0..<3 {
            fixture.time.advance(by: ReloadTrial.interval)
            reloader.look()
        }
        #expect(fixture.settings.log.level == "debug" && fixture.report.result == .applied)
    }
}
