import ArgumentParser
import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOPosix

/// kill -9 at random instants under mixed load, again and again on one database.
///
/// After each round `sqlite3` must find the file whole, with every acked object and every status that was answered OK
/// in it; and in the next round a module that lists what it is told to list must know everything that was stored. The
/// module never hears an older version after a newer one. The last round is not killed: every change has to reach the
/// module then, and every status and event that was ever answered OK the cloud, events in their order.
///
/// Breaks that were put into the loop on purpose, and noticed: acks before the commit (in 10 rounds), one delivery in
/// 100 left out, deliveries of a batch reversed, one entry of the outbox in 200 never stored, frames for the cloud
/// reversed. One ack in 100 left out is not noticed, as it should be: the cloud sends again, and gets its ack then.
///
/// With `--power` each round ends with a power cut: a layer before the disk (`Tests/FaultyDisk`) notes what was not
/// synced, and after the kill it is kept, dropped or torn. With `--lie` no sync counts: losses have to be found.
@main
struct CrashTest: AsyncParsableCommand {
    @Option(help: "The daemon's debug binary.")
    var daemon: String

    @Option(help: "How often it is killed.")
    var rounds = 100

    @Option(help: "Replays a run's choices.")
    var seed: UInt64 = .random(in: 1...UInt64.max)

    @Flag(help: "Cuts the real link again and again, beside the kills; rounds are not used.")
    var link = false

    @Option(help: "With --link: how many numbered states go up.")
    var updates = 1000

    @Option(help: "With --link: on how many keys.")
    var keys = 50

    @Option(help: "With --link: how often the connection is cut.")
    var cuts = 8

    @Option(help: "With --link: how often the daemon is killed.")
    var kills = 2

    @Flag(help: "With --link: over TLS, joined by token.")
    var tls = false

    @Flag(help: "Each round ends with a power cut: what was not synced is kept, dropped or torn by sector.")
    var power = false

    @Option(help: "With --power: the layer that notes what a cut may undo.")
    var layer = ".build/debug/libFaultyDisk.so"

    @Option(help: "With --power: how many objects are stored beforehand.")
    var rows = 10_000

    @Option(help: "With --power: the longest that a start may take, in milliseconds.")
    var startLimit = 60_000

    @Flag(
        help:
            "With --power: the disk lies about syncs, as if the database ran without them; a run without losses fails.")
    var lie = false

    @Flag(help: "Lets it run for long in one life, and holds its memory flat; rounds are not used.")
    var soak = false

    @Option(help: "With --soak: how many minutes, after the objects are stored.")
    var minutes = 60.0

    @Option(help: "With --soak: how many objects.")
    var objects = 10_000

    @Option(help: "With --soak: how many socket modules there are at a time.")
    var modules = 50

    @Option(help: "With --soak: how many followers of the trace there are at a time.")
    var watchers = 25

    @Option(help: "With --soak: how many changes the cloud sends a second.")
    var rate = 60

    func run() async throws {
        if soak { return try await runSoak() }
        if power { return try await runPower() }
        try await link ? runLink() : runStore()
    }

    private func runSoak() async throws {
        let folder = try Self.temporaryFolder()
        let size = SoakSize(
            minutes: minutes, objects: objects, modules: modules, watchers: watchers, rate: rate)
        print("soak: \(size), seed \(seed), in \(folder)")
        let world = try await SoakWorld(daemon: daemon, folder: folder, seed: seed, size: size)
        let verdict = await world.run()
        for fault in verdict.faults { print("FAULT \(fault)") }
        guard verdict.faults.isEmpty else {
            print("soak: \(size), FAILED with seed \(seed); \(verdict.summary); all is kept in \(folder)")
            throw ExitCode.failure
        }
        system("rm -rf '\(folder)'")
        print("soak: \(size), passed with seed \(seed); \(verdict.summary)")
    }

    private func runPower() async throws {
        let folder = try Self.temporaryFolder()
        print("power: \(rounds) rounds, seed \(seed), \(lie ? "the disk lies, " : "")in \(folder)")
        let disk = try PowerDisk(library: layer, in: folder, isLying: lie)
        let world = try await World(daemon: daemon, folder: folder, seed: seed, disk: disk)
        var faults: [String] = []
        do {
            try await world.preload(rows: rows)
            for round in 1...rounds {
                faults = try await world.powerRound(round, on: disk)
                guard faults.isEmpty else { break }
                if round % 10 == 0 || round == rounds { print("power: round \(round), \(world.powerSummary)") }
            }
            if faults.isEmpty { faults = try await world.lastRound() }
        } catch let error as CrashError {
            faults.append(error.description)
        }
        await world.close()
        let slowest = world.power.withLock { $0.slowestStart }
        if slowest > .milliseconds(startLimit) { faults.append("a start took \(slowest), over \(startLimit) ms") }
        for fault in faults { print("FAULT \(fault)") }
        if lie {
            guard !faults.isEmpty else {
                print("power: FAILED with seed \(seed): the disk lied, and nothing was noticed")
                throw ExitCode.failure
            }
            system("rm -rf '\(folder)'")
            print("power: a disk that lies is found out, seed \(seed), \(world.powerSummary): \(faults.count) faults")
            return
        }
        guard faults.isEmpty else {
            print("power: FAILED with seed \(seed); all is kept in \(folder)")
            throw ExitCode.failure
        }
        system("rm -rf '\(folder)'")
        print("power: \(rounds) rounds on \(rows) rows passed with seed \(seed), \(world.powerSummary)")
    }

    private func runLink() async throws {
        let folder = try Self.temporaryFolder()
        let size = LinkWorld.Size(updates: updates, keys: keys, cuts: cuts, kills: kills, isTLS: tls)
        let name = "\(updates) updates on \(keys) keys, \(cuts) cuts, \(kills) kills\(tls ? ", TLS" : "")"
        print("link: \(name), seed \(seed), in \(folder)")
        let world = try await LinkWorld(daemon: daemon, folder: folder, seed: seed, size: size)
        let faults: [String]
        do {
            faults = try await world.run()
        } catch {
            faults = ["\(error)"]
        }
        if !faults.isEmpty { world.keepTraffic() }
        await world.cloud.stop()
        for fault in faults { print("FAULT \(fault)") }
        guard faults.isEmpty else {
            print("link: FAILED with seed \(seed), \(world.summary); all is kept in \(folder)")
            throw ExitCode.failure
        }
        system("rm -rf '\(folder)'")
        print("link: \(name) passed with seed \(seed), \(world.summary)")
    }

    private func runStore() async throws {
        let folder = try Self.temporaryFolder()
        print("crash: \(rounds) rounds, seed \(seed), in \(folder)")
        let world = try await World(daemon: daemon, folder: folder, seed: seed)
        var faults: [String] = []
        for round in 1...rounds {
            faults = try await world.round(round)
            guard faults.isEmpty else { break }
            if round % 10 == 0 || round == rounds { print("crash: round \(round), \(world.summary)") }
        }
        if faults.isEmpty { faults = try await world.lastRound() }
        if !faults.isEmpty { world.keepTraffic() }
        await world.close()
        for fault in faults { print("FAULT \(fault)") }
        guard faults.isEmpty else {
            print("crash: FAILED with seed \(seed); the database is in \(folder)")
            throw ExitCode.failure
        }
        system("rm -rf '\(folder)'")
        print("crash: \(rounds) rounds passed, \(world.summary)")
    }

    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/metamanager-crash-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CrashError("cannot make a temporary folder") }
        return String(cString: made)
    }
}
