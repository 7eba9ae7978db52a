import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// A flight record that is small, or cannot be written: what it may take is never exceeded, and what is missing is
/// counted for its reason.
struct RingRoomTests {
    private static func batch(_ world: FlightWorld, _ number: Int, count: Int, size: Int) {
        world.feed(
            (0..<count).map { place in
                let name = "n\(number)-\(place)-" + String(repeating: "x", count: size)
                let object = #"{"metadata":{"name":"\#(name)"},"data":{"a":"b"}}"#
                return .fromCloud(
                    world.message(
                        .edgeController, .insert, "demo/configmap/\(name)", object, version: "\(number + 1)"))
            })
    }

    @Test(
        "the bytes stay below the limit, however much comes at once",
        arguments: [(bytes: 64 << 10, size: 200), (bytes: 64 << 10, size: 50_000), (bytes: 1 << 20, size: 300)])
    func bound(bytes: Int, size: Int) async throws {
        let world = try FlightWorld(seed: 1, bytes: bytes)
        for number in 0..<12 {
            Self.batch(world, number, count: size > 1000 ? 20 : 1000, size: size)
            #expect(world.flush())
            let total = RingFolder.segments(world.folder.ring).reduce(0) { $0 + $1.bytes }
            #expect(total <= bytes, "after batch \(number)")
        }
        for number in 100..<110 {
            Self.batch(world, number, count: 2, size: 20)
            #expect(world.flush())
        }
        let status = world.recorder.status
        #expect(status.droppedFull > 0 && status.droppedSlow == 0 && status.droppedFailed == 0)
        #expect(status.recorded + status.dropped >= UInt64(world.fed))
        await world.stop()
        let report = try world.folder.replay()
        #expect(report.divergence == nil && report.decisions >= 2)
    }

    @Test("what cannot be written is counted as that")
    func failed() async throws {
        let folder = try FlightFolder()
        FlightFolder.write(Array("precious".utf8), to: folder.ring)
        let world = try FlightWorld(seed: 1, folder: folder)
        _ = world.flush()
        let status = world.recorder.status
        #expect(status.droppedFailed > 0 && status.dropped == status.droppedFailed && status.recorded == 0)
        await world.stop()
    }

    @Test("what the writer could not take in time is counted as that")
    func slow() {
        // Not started: nothing takes from the queue.
        let recorder = FlightRecorder(folder: "/nowhere", bytes: 1 << 20, build: "test", inputLimit: 0)
        let now = SystemTime().now()
        let planner = Planner(settings: PlanningSettings(), now: now)
        #expect(recorder.begin(planner, inputs: 3, depth: OutboxDepth(), at: now, revision: 0) == nil)
        #expect(recorder.status.droppedSlow == 3 && recorder.status.dropped == 3)
    }
}
