import Beehive
import Testing

@testable import MetaStore

@Suite struct BackupPlanTests {
    private let hour: UInt64 = 3_600_000_000_000
    private let start = Moment(wall: startOfTests, ticks: 1_000_000_000)
    private var settings: BackupSettings { BackupSettings(every: .seconds(86_400), folder: "/b") }
    private var known: BackupPlan.Known { BackupPlan.Known(started: start.ticks) }
    private let disk = DiskSpace(free: 1 << 30, total: 1 << 31)

    private func next(
        _ settings: BackupSettings? = nil, _ known: BackupPlan.Known? = nil, disk: DiskSpace?? = nil,
        database: Int = 1 << 20, after duration: Duration = .zero
    ) -> BackupPlan {
        BackupPlan.next(
            settings ?? self.settings, known ?? self.known, disk: disk ?? self.disk, database: database,
            at: start.advanced(by: duration))
    }

    @Test func `zero is off for good`() {
        var settings = settings
        settings.every = .zero
        #expect(next(settings) == .off(.unwanted, until: nil))
    }

    @Test func `the first is taken a minute after the start, when there is none`() {
        #expect(next() == .wait(until: start.ticks + 60_000_000_000))
        #expect(next(after: .seconds(60)) == .take)
    }

    @Test func `a copy of an earlier run counts by its date`() {
        var known = known
        known.newest = startOfTests - 23 * 3_600_000
        #expect(next(nil, known, after: .seconds(60)) == .wait(until: start.ticks + hour))
        #expect(next(nil, known, after: .seconds(3600)) == .take)
        known.newest = startOfTests - 25 * 3_600_000
        #expect(next(nil, known) == .wait(until: start.ticks + 60_000_000_000))
        #expect(next(nil, known, after: .seconds(60)) == .take)
    }

    @Test func `a copy of a clock that was ahead tells nothing of its age`() {
        var known = known
        known.newest = startOfTests + 365 * 86_400_000
        #expect(next(nil, known, after: .seconds(60)) == .take)
    }

    @Test func `after one of this run the wall clock does not count`() {
        var known = known
        known.newest = startOfTests - 400 * 86_400_000
        known.last = start.ticks
        #expect(next(nil, known, after: .seconds(3600)) == .wait(until: start.ticks + 24 * hour))
        #expect(next(nil, known, after: .seconds(86_400)) == .take)
    }

    @Test func `one that failed is tried again after an hour, or earlier when they are more frequent`() {
        var known = known
        known.last = start.ticks
        known.hasFailed = true
        #expect(next(nil, known) == .wait(until: start.ticks + hour))
        var settings = settings
        settings.every = .seconds(600)
        #expect(next(settings, known) == .wait(until: start.ticks + hour / 6))
    }

    @Test func `a small disk and a full one get none, and are looked at again`() {
        #expect(
            next(disk: DiskSpace(free: 50 << 20, total: 100 << 20))
                == .off(.smallDisk(total: 100 << 20), until: start.ticks + hour))
        let full = DiskSpace(free: 3 << 20, total: 1 << 31)
        #expect(next(disk: full, database: 1 << 20) == .wait(until: start.ticks + 60_000_000_000))
        #expect(
            next(disk: full, database: 2 << 20)
                == .off(.littleSpace(free: 3 << 20, database: 2 << 20), until: start.ticks + hour))
    }

    @Test func `a disk that tells nothing is tried`() {
        #expect(next(disk: .some(nil), after: .seconds(60)) == .take)
    }

    @Test func `reasons name the setting`() {
        let reasons = [
            BackupPlan.Off.unwanted, .smallDisk(total: 64 << 20), .littleSpace(free: 5, database: 20 << 20),
        ].map(\.reason)
        #expect(reasons[1].contains("64 MiB") && reasons[2].contains("5 bytes free"))
        #expect(reasons.allSatisfy { $0.contains("meta.database.backup.") })
    }
}
