import Beehive
import Glibc
import MetaManager
import MetaStore
import TestKit
import Testing

/// Traffic of a real cloud, replayed.
struct WireReplayTests {
    static let start = Moment(wall: 1_795_231_700_000, ticks: 1_000_000_000)

    static func traffic(_ name: String, expecting: Bool = false) throws -> RecordedTraffic {
        let first = expecting ? Array("{\"expect\":\"file\"}\n".utf8) : []
        return try RecordedTraffic(parsing: (first + WireFixtures.content(name))[...])
    }

    static func replay(_ names: [String], expecting: Bool = false) throws -> (WireReplay<MemoryStore>, [ReplayReport]) {
        var replay = WireReplay(store: MemoryStore(), start: start)
        let reports = try names.map { try replay.run(try traffic($0, expecting: expecting)) }
        return (replay, reports)
    }

    struct Expected: CustomTestStringConvertible, Sendable {
        let name: String
        /// Keys and versions at the end.
        let rows: [String: String]
        var testDescription: String { name }
    }

    static let token =
        #""default"/"demo"/[]string(nil)/3607/v1.BoundObjectReference{Kind:"", APIVersion:"", Name:"", UID:""}"#

    static let expected = [
        Expected(
            name: "04-pod-create",
            rows: [
                "demo/pod/web": "275", "demo/serviceaccountaccess/default": "281", "demo/configmap/settings": "271",
                "demo/secret/login": "272",
            ]),
        Expected(
            name: "05-updates",
            rows: [
                "demo/configmap/settings": "308", "demo/secret/login": "293", "demo/pod/web": "297",
                "null/node/edge-node-1": "300",
            ]),
        Expected(name: "06-pod-status", rows: ["demo/pod/web": "311", "demo/podstatus": "", "demo/podstatus/web": ""]),
        Expected(
            name: "08-queries",
            rows: [
                token: "", "demo/configmap/settings": "308", "demo/persistentvolumeclaim/claim1": "318",
                "demo/secret/login": "293", "k8s/ca.crt": "", "null/node/edge-node-1": "300",
            ]),
        Expected(name: "09-pod-delete", rows: [:]),
        Expected(
            name: "10-config-delete", rows: ["demo/pod/web2": "355", "demo/serviceaccountaccess/default": "361"]),
        Expected(name: "11-no-ack-retry", rows: ["demo/configmap/settings": "376", "demo/pod/silent": "373"]),
        Expected(name: "12-reconnect-resync", rows: ["demo/configmap/settings": "385", "demo/pod/silent": "373"]),
        Expected(
            name: "18-serviceaccountaccess", rows: ["demo/pod/policy": "429", "demo/serviceaccountaccess/app": "435"]),
        Expected(name: "19-devices", rows: [:]),
        Expected(
            name: "20-other-upstream",
            rows: [
                "default/certificatesigningrequest/csr-edge-test": "455", "default/nodestatus/edge-node-1": "",
                "demo/pod/static-web": "456", "demo/unknown/x": "", "null/node/edge-node-1": "461",
            ]),
        Expected(
            name: "22-head-of-line",
            rows: ["demo/configmap/other": "464", "demo/pod/block": "469", "null/node/edge-node-1": "461"]),
        Expected(
            name: "23-cloud-restart",
            rows: [
                "demo/configmap/settings": "385", "demo/pod/block": "469", "demo/pod/policy": "429",
                "demo/pod/silent": "401", "demo/pod/static-web": "456",
            ]),
        Expected(
            name: "24-large-messages",
            rows: [
                "demo/configmap/large-3000": "540", "demo/configmap/large-6000": "543",
                "demo/configmap/large-20000": "547",
            ]),
    ]

    @Test("one acknowledgement for each frame that needs one, and the right rows", arguments: expected)
    func rows(row: Expected) throws {
        let (replay, reports) = try Self.replay([row.name])
        #expect(reports[0].divergences.isEmpty)
        #expect(reports[0].frames > 0)
        #expect(replay.store.rows.mapValues(\.head.version) == row.rows)
    }

    @Test("the answers equal the recorded ones, one recording after the other", arguments: [false, true])
    func answers(isReal: Bool) throws {
        let names = Self.names(but: ["11-no-ack-retry", "22-head-of-line"])
        let reports: [ReplayReport]
        if isReal {
            let folder = try Folder()
            var replay = WireReplay(
                store: try MetaStore(path: folder.path + "/scratch.db", now: Self.start.wall), start: Self.start)
            reports = try names.map { try replay.run(try Self.traffic($0, expecting: true)) }
        } else {
            reports = try Self.replay(names, expecting: true).1
        }
        for (name, report) in zip(names, reports) { #expect(report.divergences == [], "\(name)") }
    }

    private static func names(but left: Set<String>) -> [String] { expected.map(\.name).filter { !left.contains($0) } }

    @Test("a recording without its acknowledgements diverges when it is taken at its word")
    func diverges() throws {
        let report = try Self.replay(["11-no-ack-retry"], expecting: true).1[0]
        #expect(report.divergences.count == 2)
        #expect(report.divergences.allSatisfy { $0.contains("more than recorded") })
        #expect(report.summary.hasSuffix("2 divergences"))
    }

    @Test("each query of the recording gets one answer, and each its own")
    func queriesAnswered() throws {
        let replay = try Self.replay(["08-queries"]).0
        let answered = replay.delivered.map(\.message.header.parentID).filter { !$0.isEmpty }
        #expect(Set(answered).count == answered.count)
        let asked = try Self.traffic("08-queries").lines.compactMap { line -> String? in
            guard case .toCloud(let message) = line.body, message.route.operation == .query else { return nil }
            return message.id
        }
        #expect(Set(answered) == Set(asked) && !asked.isEmpty)
    }

    @Test("a push that carries what an answer brought before still reaches edged (recording 09)")
    func pushAfterAnswer() throws {
        let replay = try Self.replay(["09-pod-delete"]).0
        let pushes = replay.delivered.map(\.message).filter {
            $0.route.resource == "demo/pod/web" && $0.route.operation == .update
        }
        #expect(pushes.map(\.header.resourceVersion) == ["327", "329", "331"])
    }

    @Test(
        "what is no recording is named with its line",
        arguments: [
            ("{", "line 1"), (#"{"dir":"sideways","frame":{}}"#, "line 1"), ("\n{\"dir\":\"cloud->edge\"}", "line 2"),
            (#"{"expect":"miracles"}"#, "line 1"),
        ])
    func faults(row: (String, String)) {
        do {
            _ = try RecordedTraffic(parsing: Bytes(row.0.utf8))
            Issue.record("was read")
        } catch {
            #expect(error.description.hasPrefix(row.1))
        }
    }

    @Test("a frame that is no message is skipped and told, as on the link (recording 16)")
    func unreadableFrames() throws {
        let report = try #require(try Self.replay(["16-bad-handshakes"]).1.first)
        #expect(report.unreadable.map(\.line) == [30, 31])
        #expect(report.decisionLines.first == "line 30: skipped (frame has no header.msg_id)")
    }
}

/// A folder of its own that goes with its owner.
final class Folder {
    let path: String

    struct Failed: Error {}

    init() throws {
        var template = Array("/tmp/metamanager-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["scratch.db", "scratch.db-wal", "scratch.db-shm"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
