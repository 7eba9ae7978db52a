import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// What holds for every record of random traffic; a failure prints the seed that makes it again.
struct FlightReplayProperties {
    /// Records traffic and gives the folder it was recorded in.
    private static func record(
        seed: UInt64, steps: Int, bytes: Int = 16 << 20
    ) async throws -> (folder: FlightFolder, secrets: [String], status: FlightRecorder.Status, fed: Int) {
        let world = try FlightWorld(seed: seed, bytes: bytes)
        for _ in 0..<steps {
            world.step()
            if world.random.one(in: 30) { _ = world.flush() }
        }
        #expect(world.flush(), "METAMANAGER_SEED=\(seed)")
        let status = world.recorder.status
        await world.stop()
        return (world.folder, world.secrets, status, world.fed)
    }

    private static func check(_ report: FlightReplay.Report, seed: UInt64) {
        guard let divergence = report.divergence else { return }
        Issue.record(
            """
            METAMANAGER_SEED=\(seed): line \(divergence.line), \(divergence.input)
            recorded \(divergence.recorded)
            made     \(divergence.made)
            """)
    }

    @Test func `what was recorded is decided again in the same way`() async throws {
        let seed = Seeds.next()
        for run in 0..<12 {
            let (folder, _, status, fed) = try await Self.record(seed: seed &+ UInt64(run), steps: 120)
            let report = try folder.replay()
            Self.check(report, seed: seed &+ UInt64(run))
            #expect(status.dropped == 0 && status.problem == nil && status.recorded >= UInt64(fed))
            #expect(report.decisions >= fed && report.skipped == 0, "METAMANAGER_SEED=\(seed &+ UInt64(run))")
            if report.divergence != nil { return }
        }
    }

    @Test func `a record whose beginning is gone is decided again in the same way`() async throws {
        let seed = Seeds.next()
        for run in 0..<6 {
            let (folder, _, _, _) = try await Self.record(seed: seed &+ UInt64(run), steps: 300, bytes: 64 << 10)
            let segments = RingFolder.segments(folder.ring)
            #expect((segments.first?.number ?? 0) > 1, "METAMANAGER_SEED=\(seed &+ UInt64(run)): nothing was let go")
            #expect(segments.reduce(0) { $0 + $1.bytes } <= 64 << 10)
            let report = try folder.replay()
            Self.check(report, seed: seed &+ UInt64(run))
            #expect(report.decisions > 20)
            if report.divergence != nil { return }
        }
    }

    @Test func `no secret value is written, nor what the cloud and clients said beside names`() async throws {
        let seed = Seeds.next()
        let (folder, secrets, _, _) = try await Self.record(seed: seed, steps: 400)
        #expect(secrets.count > 500)
        let text = folder.lines().lines.joined(separator: "\n")
        #expect(!text.contains("canary-"), "METAMANAGER_SEED=\(seed)")
        // Base 64 of the word at any of its three places.
        for part in ["Y2FuYXJ5", "NhbmFyeS", "jYW5hcnkt"] {
            #expect(!text.contains(part), "METAMANAGER_SEED=\(seed)")
        }
    }

    @Test func `a line that is too long leaves a gap, and the record goes on`() async throws {
        let world = try FlightWorld(seed: 5)
        let resource = "demo/pod/" + String(repeating: "x", count: 300 << 10)
        world.feed([.fromCloud(world.message(.edgeController, .delete, resource, nil))])
        #expect(world.flush())
        for _ in 0..<5 { world.step() }
        #expect(world.flush())
        await world.stop()
        let report = try world.folder.replay()
        #expect(report.divergence == nil && report.gaps == 1 && report.decisions >= 7)
        #expect(world.folder.lines().lines.allSatisfy { $0.utf8.count <= RecordLines.lineLimit })
    }

    @Test func `rows that others change and rows that are evicted are read anew`() async throws {
        let world = try FlightWorld(seed: 6)
        for _ in 0..<20 { world.step() }
        world.loop.maintain { store in
            try? store.transaction(writing: true) { view throws(StoreError) in
                for name in ["a", "b"] {
                    let path = ResourcePath(namespace: "demo", type: .secret, id: name)
                    let row = try view.head(path.key)?.rowID
                    let object = NewObject(
                        path: path, value: Bytes("{}".utf8), uid: "u9", version: "1000", origin: .delivered)
                    try view.apply(.put(object, replacing: row), now: 1)
                }
            }
            return false
        }
        world.inbox.close()
        // Does what is to be done on the store, and ends.
        world.loop.run()
        for _ in 0..<40 { world.step() }
        #expect(world.flush())
        await world.stop()
        let report = try world.folder.replay()
        Self.check(report, seed: 6)
        #expect(report.skipped == 0 && world.folder.lines().lines.contains { $0.contains("rows changed") })
    }
}
