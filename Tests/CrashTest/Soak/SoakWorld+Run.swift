import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOPosix

/// A soak from its start to the account at its end.
extension SoakWorld {
    /// The log's bound, in KiB: four times what a checkpoint is made at.
    private static var logLimit: Int { 64 << 10 }

    func run() async -> Verdict {
        var samples: [SoakSample] = []
        do {
            let process = try start()
            do {
                samples = try await live(with: process)
            } catch {
                ledger.withLock { $0.fault("\(error)") }
                isLoading.withLock { $0 = false }
                _ = process.kill()
            }
        } catch {
            ledger.withLock { $0.fault("\(error)") }
        }
        await cloud.stop()
        let figures = SoakFigures(samples, size: size)
        let faults = ledger.withLock(\.faults)
        let summary = figures.summary + "; " + ledger.withLock(\.summary)
        // A run that broke off has no windows to compare.
        let grown = faults.isEmpty ? figures.faults(size, logLimit: Self.logLimit) : []
        return Verdict(faults: faults + grown, summary: summary)
    }

    private func live(with process: DaemonProcess) async throws -> [SoakSample] {
        try await (process.attach(in: folder)).close()
        try await fill()
        print("soak: \(size.objects) objects stored")
        fflush(nil)
        let base = SoakSample(process.pid, database: database, time: 0)
        let start = ContinuousClock.now
        let load = Task { await self.load() }
        var samples: [SoakSample] = []
        var told = 0
        var lost: (any Error)?
        while true {
            let time = (ContinuousClock.now - start).soakSeconds
            guard time < size.seconds, ledger.withLock(\.faults).isEmpty else { break }
            guard let sample = SoakSample(process.pid, database: database, time: time) else {
                lost = CrashError("the daemon ended by itself: \(folder)/daemon.log")
                break
            }
            samples.append(sample)
            if Int(time / 60) > told {
                told = Int(time / 60)
                tell(told, sample)
            }
            await rest(size.sampling)
        }
        isLoading.withLock { $0 = false }
        await load.value
        keep(samples)
        if let lost { throw lost }
        try await finish(process, base: base)
        return samples
    }

    /// Writes the samples beside the database, for who wants to draw them.
    private func keep(_ samples: [SoakSample]) {
        guard let file = fopen("\(folder)/samples.csv", "w") else { return }
        fputs("seconds,rss,anonymous,pss,descriptors,threads,database,log\n", file)
        for one in samples {
            fputs(
                "\(Int(one.time)),\(one.resident),\(one.anonymous),\(one.proportional),\(one.descriptors),"
                    + "\(one.threads),\(one.database),\(one.log)\n", file)
        }
        fclose(file)
    }

    private func tell(_ minute: Int, _ sample: SoakSample) {
        print(
            "soak: minute \(minute), RSS \(SoakFigures.mebibytes(sample.resident)) MiB, anonymous "
                + "\(SoakFigures.mebibytes(sample.anonymous)) MiB, PSS \(SoakFigures.mebibytes(sample.proportional)) "
                + "MiB, \(sample.descriptors) descriptors, \(sample.threads) threads, database "
                + "\(SoakFigures.mebibytes(sample.database)) MiB, log \(SoakFigures.mebibytes(sample.log)) MiB; "
                + ledger.withLock(\.summary))
        fflush(nil)
    }

    /// Every object once; within ten minutes, or the daemon is too slow for the run.
    private func fill() async throws {
        let count = ledger.withLock { $0.things.count }
        var next = 0
        for _ in 0..<60_000 {
            collectAcks()
            let (acked, free) = ledger.withLock { ($0.acks, 256 - $0.onTheWay.count) }
            if acked >= count { return }
            for _ in 0..<max(0, min(free, count - next)) {
                push(next, deletes: false)
                next += 1
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CrashError("\(count) objects were not acked within ten minutes: \(ledger.withLock(\.summary))")
    }

    private func load() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.pushChanges() }
            group.addTask { await self.attendEdged() }
            for lane in 0..<Self.lanes { group.addTask { await self.reportEvents(lane: lane) } }
            for lane in 0..<4 { group.addTask { await self.reportStatuses(lane: lane) } }
            for number in 0..<size.modules { group.addTask { await self.visit(number) } }
            group.addTask { await self.follow() }
            group.addTask { await self.cutLinks() }
            group.addTask { await self.useTools() }
        }
    }

    /// What was acked is stored, what was promised has come, and nobody left a connection behind.
    private func finish(_ process: DaemonProcess, base: SoakSample?) async throws {
        try await settle("what waits for the cloud") { self.ledger.withLock(\.missing) }
        try await settle("acks") {
            self.ledger.withLock { $0.things.filter { $0.pending != nil }.map(\.key) }
        }
        try await settle("descriptors of those who left") {
            guard let base, let now = SoakSample(process.pid, database: self.database, time: 0) else { return [] }
            // A spare one or two: a connection of the reader's, the folder of backups.
            return now.descriptors > base.descriptors + 3 ? ["\(now.descriptors), at first \(base.descriptors)"] : []
        }
        for arguments in [["store", "check", "--config", configurationFile]] {
            let code = await command(arguments, within: 120)
            if code != 0 { ledger.withLock { $0.fault("store check, through the daemon: exit code \(code)") } }
        }
        let status = process.terminate()
        let code = await command(["store", "check", "--database", database], within: 120)
        let rows = try Witness.lines(
            database,
            "SELECT key, version FROM object WHERE type IN ('pod', 'configmap', 'secret', 'service', 'endpoints')")
        var versions: [String: Int] = [:]
        for row in rows {
            let parts = row.split(separator: "|")
            if parts.count == 2, let version = Int(parts[1]) { versions[String(parts[0])] = version }
        }
        ledger.withLock { ledger in
            if status != 0 { ledger.fault("the daemon ended with status \(status) on SIGTERM") }
            if code != 0 { ledger.fault("store check --database: exit code \(code)") }
            ledger.check(rows: versions)
        }
    }

    /// Waits until nothing is missing, a minute at most; what is missing then is a fault.
    private func settle(_ what: String, _ missing: () -> [String]) async throws {
        var left: [String] = []
        for _ in 0..<1200 {
            collectAcks()
            left = missing()
            if left.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        ledger.withLock { $0.fault("\(what): \(left.prefix(5).joined(separator: ", ")) (\(left.count))") }
    }
}

extension Duration {
    var soakSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
