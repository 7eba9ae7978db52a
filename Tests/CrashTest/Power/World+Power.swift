import Beehive
import BeehiveSocket
import Glibc

/// Rounds that end with a power cut in place of a mere kill.
extension World {
    /// How long the slowest start took, and what was lost, over all rounds.
    struct PowerFigures: Sendable {
        var slowestStart = Duration.zero
        var touched = 0
        var dropped = 0
        var cutsInWrites = 0
    }

    /// One line about all rounds so far.
    var powerSummary: String {
        let figures = power.withLock { $0 }
        return "\(summary), \(figures.dropped) of \(figures.touched) unsynced sectors lost or torn, "
            + "\(figures.cutsInWrites) cuts inside a write, slowest start \(figures.slowestStart.milliseconds) ms"
    }

    /// Fills the store, so that starts are measured with what a large node holds.
    func preload(rows: Int) async throws {
        let process = try start(0)
        let client = try await process.attach(in: folder)
        await client.close()
        guard process.terminate() == 0 else { throw CrashError("the daemon did not end well: \(folder)/daemon.log") }
        // Behind the feed's reach, as if they had come long ago; no module of the run lists services.
        let sql = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows)) \
            INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
            confirmed, value) SELECT 'bulk/service/s-' || i, 'service', 'bulk', 's-' || i, 'u' || i, '1', 'v1', \
            'Service', 0, 0, 0, 0, json_object('apiVersion', 'v1', 'kind', 'Service', 'metadata', json_object('name', \
            's-' || i, 'namespace', 'bulk', 'uid', 'u' || i, 'resourceVersion', '1'), 'data', hex(zeroblob(400))) FROM n
            """
        _ = try Witness.lines(database, sql)
    }

    /// One life of the daemon, from its start to the power cut, and what is found then.
    func powerRound(_ round: Int, on disk: PowerDisk) async throws -> [String] {
        let before = try rowsBefore(on: disk)
        // By turns at a random instant and at a random change of the disk.
        let cut = round.isMultiple(of: 2) ? nil : Int(random.withLock { $0.next() } % 1500) + 1
        let begun = SystemTime().now().ticks
        let syncTime = Int(random.withLock { $0.next() } % 5)
        let process = try start(round, environment: try disk.environment(cut: cut, syncTime: syncTime))
        ledger.withLock { $0.reconnect() }
        // A cut may come while it starts.
        if let client = try await process.attachUnlessCut(in: folder) {
            let taken = Duration.nanoseconds(SystemTime().now().ticks - begun)
            power.withLock { $0.slowestStart = max($0.slowestStart, taken) }
            let reader = Task { await self.read(client, until: before, round: round) }
            let loads = Task { await self.load(client, to: process) }
            let delay = 20_000_000 + random.withLock { $0.next() } % 700_000_000
            for _ in 0..<delay / 5_000_000 where !process.isDead { try await Task.sleep(for: .milliseconds(5)) }
            loads.cancel()
            if process.isDead { power.withLock { $0.cutsInWrites += 1 } }
            _ = process.kill()
            await client.close()
            reader.cancel()
            await loads.value
            await reader.value
        } else {
            power.withLock { $0.cutsInWrites += 1 }
        }
        collectAcks()
        let loss = try disk.losePower(SeededRandom(seed: random.withLock { $0.next() }))
        power.withLock { figures in
            figures.touched += loss.touched
            figures.dropped += loss.dropped
        }
        return try await judge(round, on: disk)
    }

    private func rowsBefore(on disk: PowerDisk) throws -> [String: Int] {
        access(database, F_OK) == 0 ? try Witness.rows(try disk.copyDatabase("edgecore.db")).objects : [:]
    }

    /// What `sqlite3` finds, and whether every message is there whole: its row, its line in the feed.
    private func judge(_ round: Int, on disk: PowerDisk) async throws -> [String] {
        let copy = try disk.copyDatabase("edgecore.db")
        var found: [String] = []
        do {
            let integrity = try Witness.lines(copy, "PRAGMA integrity_check")
            if integrity != ["ok"] { found.append("integrity_check: \(integrity.prefix(3).joined(separator: " "))") }
            for line in try Witness.lines(copy, Self.halves) where !line.hasSuffix("|0") {
                found.append("half applied: \(line)")
            }
            let rows = try Witness.rows(copy)
            ledger.withLock { $0.check(rows: rows.objects, statusRows: rows.statuses, round: round) }
        } catch let error as CrashError {
            // A database that cannot even be read.
            found.append(error.description)
        }
        return ledger.withLock { ledger in
            for text in found { ledger.fault("round \(round): \(text)") }
            return ledger.faults
        }
    }

    private static let halves = """
        SELECT 'gaps in the feed', coalesce(max(revision) - min(revision) + 1, 0) - count(*) FROM change; \
        SELECT 'rows without their line', count(*) FROM object o WHERE o.revision >= (SELECT min(revision) FROM change) \
        AND NOT EXISTS (SELECT 1 FROM change c WHERE c.revision = o.revision AND c.object = o.id); \
        SELECT 'lines without their row', count(*) FROM (SELECT object, kind, max(revision) AS revision FROM change \
        GROUP BY object) n LEFT JOIN object o ON o.id = n.object AND o.revision = n.revision \
        WHERE n.kind <> 3 AND o.id IS NULL; \
        SELECT 'delivered before it was stored', count(*) FROM state WHERE name = 'delivered' \
        AND value > (SELECT max(revision) FROM change)
        """
}
