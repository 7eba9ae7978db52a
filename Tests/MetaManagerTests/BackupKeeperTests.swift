import Beehive
import Glibc
import Logging
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Backups by a clock that the test moves.
struct BackupKeeperTests {
    private final class Bench: Sendable {
        let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
        let disk = Lock(DiskSpace(free: 1 << 40, total: 1 << 40))
        let log = Lock<[String]>([])
        let folder: String
        var database: String { folder + "/edgecore.db" }
        var place: String { folder + "/backup" }

        init() throws {
            var template = Array("/tmp/metamanager-backup-XXXXXX".utf8CString)
            folder = String(cString: try #require(mkdtemp(&template)))
            _ = try MetaStore(path: database, now: time.now().wall)
        }

        deinit {
            for generation in Backups(folder: place).generations() { unlink(generation.path) }
            for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "copy.db"] { unlink(folder + "/" + name) }
            rmdir(place)
            rmdir(folder)
        }

        func keeper(every: Duration = .seconds(86_400)) -> BackupKeeper {
            BackupKeeper(
                database: database, settings: settings(every), sealing: nil, time: time,
                look: { [disk] _ in disk.withLock { $0 } },
                logger: Logger(label: "backup") { [log] _ in Lines(lines: log) })
        }

        func settings(_ every: Duration) -> BackupSettings { BackupSettings(every: every, folder: place) }

        /// Runs what is due, until nothing is.
        func settle(_ keeper: BackupKeeper) -> UInt64? {
            var next = keeper.step()
            while let due = next, due <= time.now().ticks { next = keeper.step() }
            return next
        }

        /// Overwrites the tables' pages.
        func damage() throws {
            let file = try #require(fopen(database, "r+b"))
            defer { fclose(file) }
            // The first page says which file it is.
            fseek(file, 4096, SEEK_SET)
            let junk = [UInt8](repeating: 0xA5, count: 8 * 4096)
            fwrite(junk, 1, junk.count, file)
        }
    }

    private struct Lines: LogHandler {
        let lines: Lock<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        init(lines: Lock<[String]>) { self.lines = lines }
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { lines.withLock { $0.append("\(event.level) \(event.message)") } }
    }

    @Test func `the first is taken a minute after the start, the next a day later, and two stay`() throws {
        let bench = try Bench()
        let keeper = bench.keeper()
        #expect(bench.settle(keeper) == bench.time.now().ticks + 60_000_000_000)
        #expect(keeper.status.newest == nil && keeper.status.state == .waiting)
        bench.time.advance(by: .seconds(60))
        for round in 1...3 {
            #expect(bench.settle(keeper) == bench.time.now().ticks + 86_400_000_000_000)
            let status = keeper.status
            #expect(status.newest?.number == round && status.newest?.time == bench.time.now().wall / 1000 * 1000)
            #expect(status.result == .done && status.counts == [.done: UInt64(round)] && status.problem == nil)
            bench.time.advance(by: .seconds(86_400))
        }
        #expect(Backups(folder: bench.place).generations().map(\.number) == [2, 3])
        #expect(bench.log.withLock { $0 } == Array(repeating: "info backup taken", count: 3))
    }

    @Test func `the next process counts on from the newest file`() throws {
        let bench = try Bench()
        bench.time.advance(by: .seconds(60))
        let first = bench.keeper(every: .seconds(3600))
        bench.time.advance(by: .seconds(60))
        _ = bench.settle(first)
        bench.time.advance(by: .seconds(1800))
        let next = bench.keeper(every: .seconds(3600))
        #expect(next.status.newest == nil)
        let due = try #require(bench.settle(next))
        // The name tells the second, not its part.
        #expect(abs(Int64(due - bench.time.now().ticks) - 1_800_000_000_000) <= 1_000_000_000)
        #expect(next.status.newest?.number == 1 && next.status.result == nil)
    }

    @Test func `a small disk is told once, and its cure takes effect`() throws {
        let bench = try Bench()
        let keeper = bench.keeper()
        bench.time.advance(by: .seconds(60))
        bench.disk.withLock { $0.free = 1000 }
        for _ in 0..<3 {
            #expect(bench.settle(keeper) == bench.time.now().ticks + 3_600_000_000_000)
            #expect(keeper.status.state == .off && keeper.status.reason?.contains("three times") == true)
            bench.disk.withLock { $0.free += 10 }
            bench.time.advance(by: .seconds(3600))
        }
        #expect(bench.log.withLock { $0 } == ["warning no backups are taken"])
        bench.disk.withLock { $0.free = 1 << 40 }
        _ = bench.settle(keeper)
        #expect(keeper.status.state == .waiting && keeper.status.newest?.number == 1)
        #expect(keeper.status.reason == nil)
    }

    @Test func `settings apply while it runs`() throws {
        let bench = try Bench()
        let keeper = bench.keeper(every: .zero)
        #expect(bench.settle(keeper) == nil)
        #expect(keeper.status.state == .off && keeper.status.reason?.contains("every is 0") == true)
        bench.time.advance(by: .seconds(60))
        keeper.set(bench.settings(.seconds(600)))
        #expect(bench.settle(keeper) == bench.time.now().ticks + 600_000_000_000)
        #expect(keeper.status.newest?.number == 1)
    }

    @Test func `a damaged database is told, the good copy stays, and it is tried again`() throws {
        let bench = try Bench()
        let keeper = bench.keeper()
        bench.time.advance(by: .seconds(60))
        _ = bench.settle(keeper)
        let good = try #require(keeper.status.newest)
        bench.time.advance(by: .seconds(86_400))
        try bench.damage()
        #expect(bench.settle(keeper) == bench.time.now().ticks + 3_600_000_000_000)
        let status = keeper.status
        #expect(status.result == .failed && status.newest == good)
        #expect(status.problem?.contains("store check") == true, "\(status.problem ?? "")")
        #expect(status.counts == [.done: 1, .failed: 1])
        #expect(Backups(folder: bench.place).newest() == good.path)
    }

    @Test func `a request is done beside the clock, one at a time`() throws {
        let bench = try Bench()
        let keeper = bench.keeper(every: .zero)
        let path = bench.folder + "/copy.db"
        #expect(keeper.lastRequest == nil)
        #expect(keeper.request(path) && !keeper.request(path + "2"))
        #expect(keeper.lastRequest?.state == .running && keeper.lastRequest?.path == path)
        _ = keeper.step()
        #expect(keeper.lastRequest?.state == .done && (keeper.lastRequest?.bytes ?? 0) > 0)
        #expect(keeper.request(path))
        _ = keeper.step()
        #expect(keeper.lastRequest?.state == .failed && keeper.lastRequest?.failure?.code == .cannotOpen)
        #expect(keeper.status.result == nil)
    }

    @Test func `its thread takes requests and ends when it is stopped`() async throws {
        let bench = try Bench()
        let keeper = bench.keeper()
        let thread = LoopThread()
        thread.start { keeper.run() }
        #expect(keeper.request(bench.folder + "/copy.db"))
        let end = SystemTime().now().ticks + 60_000_000_000
        while keeper.lastRequest?.state == .running, SystemTime().now().ticks < end {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(keeper.lastRequest?.state == .done)
        keeper.stop()
        await thread.join()
        #expect(!keeper.request(bench.folder + "/copy2.db"))
    }
}
