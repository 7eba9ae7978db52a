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
@main
struct CrashTest: AsyncParsableCommand {
    @Option(help: "The daemon's debug binary.")
    var daemon: String

    @Option(help: "How often it is killed.")
    var rounds = 100

    @Option(help: "Replays a run's choices.")
    var seed: UInt64 = .random(in: 1...UInt64.max)

    func run() async throws {
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
