import Beehive
import Glibc
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Records of other builds (`Tests/Fixtures/flight`), replayed on this one.
struct FlightFixtureTests {
    /// The traffic that the fixtures hold: a short day of a node, at whose end the cloud repeats an old version.
    static func record(into folder: FlightFolder) async throws -> [UInt8] {
        let world = try FlightWorld(seed: 20_261_121, folder: folder)
        func cloud(_ operation: Beehive.Operation, _ resource: String, _ content: String, parent: String = "") -> Input
        {
            .fromCloud(world.message(.edgeController, operation, resource, content, version: "1", parent: parent))
        }
        func edged(_ operation: Beehive.Operation, _ resource: String, _ content: String?) -> Input {
            .fromModule(
                world.message(.edged, operation, resource, content, group: .meta, sync: true), FlightWorld.edged)
        }
        world.feed([.linkUp(connection: 1), .credit(connection: 1, entries: 100)])
        for version in [10, 11, 12] {
            world.time.advance(by: .seconds(1))
            world.feed([
                cloud(.update, "demo/pod/web", Sample.object("web", version: version)),
                cloud(
                    .update, "demo/configmap/settings",
                    Sample.object("settings", uid: "u2", version: version, kind: "ConfigMap")),
            ])
        }
        world.feed([edged(.update, "demo/podstatus/web", #"{"UID":"u1","Status":{"phase":"Running"}}"#)])
        world.feed([edged(.patch, "demo/podpatch/web", Sample.patch(#"{"status":{"phase":"Running"}}"#))])
        world.feed([edged(.query, "demo/secret/login", nil), edged(.query, "demo/configmap/settings", nil)])
        if let request = world.cloud.find(.query) {
            let secret =
                #"{"metadata":{"name":"login","uid":"u3","resourceVersion":"5"},"data":{"p":"\#(world.secret())"}}"#
            world.feed([cloud(.response, "demo/secret/login", secret, parent: request.id)])
        }
        world.time.advance(by: .seconds(61))
        world.feed([.tick])
        world.feed([.confirmed(connection: 1, places: world.cloud.takePlaces())])
        // Late, and older than what is stored.
        world.feed([
            cloud(
                .update, "demo/configmap/settings", Sample.object("settings", uid: "u2", version: 9, kind: "ConfigMap"))
        ])
        world.feed([cloud(.delete, "demo/pod/web", #"{"metadata":{"uid":"u1","resourceVersion":"13"}}"#)])
        world.feed([.linkDown(connection: 1)])
        _ = world.flush()
        await world.stop()
        let export = FlightExport(folder: folder.ring, build: Release.version, peer: "1.23", now: world.time.now().wall)
        var text: [UInt8] = []
        while let piece = export.next() { text += piece }
        return text
    }

    /// Makes a fixture anew: see the folder's README.
    @Test(.enabled(if: getenv("METAMANAGER_FLIGHT") != nil))
    func make() async throws {
        let path = try #require(getenv("METAMANAGER_FLIGHT").map { String(cString: $0) })
        FlightFolder.write(try await Self.record(into: try FlightFolder()), to: path)
    }

    private static func replay(_ text: [UInt8]) throws -> FlightReplay.Report {
        var replay = FlightReplay()
        for line in text.split(separator: UInt8(ascii: "\n")) where !line.isEmpty {
            guard try replay.take(line) else { break }
        }
        return replay.report
    }

    private static func fixture(_ name: String) throws -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = FlightFolder.bytes("/\(root)/Fixtures/flight/\(name).jsonl")
        try #require(!text.isEmpty)
        return text
    }

    @Test func `a record of this rule book is decided in the same way`() throws {
        let report = try Self.replay(try Self.fixture("faithful"))
        #expect(report.divergence == nil && report.skipped == 0 && report.decisions == 20)
    }

    @Test func `the first decision of a build that took older versions is found`() throws {
        let report = try Self.replay(try Self.fixture("stale-accepted"))
        let divergence = try #require(report.divergence)
        #expect(divergence.input.hasPrefix("cloud ") && divergence.input.hasSuffix(" update demo/configmap/settings"))
        let recorded = try JSONValue(parsing: Bytes(divergence.recorded.utf8))
        let made = try JSONValue(parsing: Bytes(divergence.made.utf8))
        #expect(recorded["o"] == "stored" && made["o"] == "older")
        #expect(recorded["c"]?.elements.first?.elements.first == "put" && made["c"] == nil)
        // All that was decided before it is the same.
        #expect(report.decisions == 18)
    }

    @Test func `a record that is made now is decided in the same way`() async throws {
        let report = try Self.replay(try await Self.record(into: try FlightFolder()))
        #expect(report.divergence == nil && report.decisions == 20)
    }

    @Test(arguments: [
        #"{"record":{"format":99,"build":"x"}}"#, "no json", #"{"t_ms":1}"#,
        #"{"dir":"event","event":{"what":"checkpoint"}}"#,
        #"{"dir":"event","event":{"what":"checkpoint"},"at":[1,2,3],"planner":{"deadlines":[[1,"dance"]]}}"#,
    ])
    func `what is no record is refused with its line`(line: String) {
        var replay = FlightReplay()
        let fault = #expect(throws: RecordFault.self) { try replay.take(Bytes(line.utf8)) }
        #expect(fault?.description.hasPrefix("line 1: ") == true)
    }
}
