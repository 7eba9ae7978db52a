import Beehive
import Glibc
import KubeAPI
import MetaStore
import TestKit

@testable import MetaManager

/// A folder in /tmp that goes away with its owner.
final class FlightFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/metamanager-flight-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RecordFault("no folder for the test") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var ring: String { path + "/trace" }
    var database: String { path + "/edgecore.db" }

    /// The whole lines of the record, oldest first, and how many were torn.
    func lines(_ folder: String? = nil) -> (lines: [String], torn: Int) {
        var (lines, torn) = ([String](), 0)
        for segment in RingFolder.segments(folder ?? ring) {
            RingFolder.lines(of: segment.path) { line in
                if let line { lines.append(String(decoding: line, as: UTF8.self)) } else { torn += 1 }
                return true
            }
        }
        return (lines, torn)
    }

    /// Every byte of the record.
    func bytes() -> [UInt8] {
        RingFolder.segments(ring).flatMap { Self.bytes($0.path) }
    }

    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { all += chunk[..<count] }
        return all
    }

    static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { return }
        _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
    }

    deinit {
        if let directory = opendir(ring) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                    String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { unlink(ring + "/" + name) }
            }
            closedir(directory)
        }
        rmdir(ring)
        unlink(ring)
        for end in ["", "-wal", "-shm"] { unlink(database + end) }
        rmdir(path)
    }
}

/// A cloud that remembers what it was sent.
final class FlightCloud: CloudPort {
    private struct State {
        var read: [Message] = []
        var places: [Int64] = []
    }

    private let state = Lock(State())

    func send(_ frames: [CloudFrame]) {
        state.withLock { state in
            for frame in frames {
                if case .outbox(let place, _) = frame.kind { state.places.append(place) }
                guard let message = try? MessageDecoder().decode(frame.bytes), message.header.parentID.isEmpty else {
                    continue
                }
                state.read.append(message)
            }
        }
    }

    func takePlaces() -> [Int64] {
        state.withLock { state in
            defer { state.places = [] }
            return state.places
        }
    }

    /// One of what was read and not answered yet.
    func take(_ random: inout SeededRandom) -> Message? {
        let count = state.withLock { $0.read.count }
        guard count > 0 else { return nil }
        let place = random.below(count)
        return state.withLock { $0.read.remove(at: place) }
    }

    /// The first that was read of an operation.
    func find(_ operation: Beehive.Operation) -> Message? {
        state.withLock { state in state.read.first { $0.route.operation == operation } }
    }

    func forget() { state.withLock { $0 = State() } }
}

/// A real loop on a real store, recorded, with a cloud, modules and clients that do whatever a seed says.
final class FlightWorld {
    let folder: FlightFolder
    let cloud = FlightCloud()
    let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
    let recorder: FlightRecorder
    let inbox = Inbox<Input>(capacity: 16)
    private(set) var loop: MetadataLoop
    var random: SeededRandom
    /// Texts that must be nowhere in the record.
    private(set) var secrets: [String] = []
    private var connection = 0
    private var count = 0
    private var asked: [String] = []
    private let bytes: Int
    var fed = 0

    static let edged = ModuleInfo(name: .edged)
    static let classic = ModuleInfo(name: .edged, release: "1.2")
    static let mesh = ModuleInfo(name: .edgeMesh)

    init(seed: UInt64, bytes: Int = 16 << 20, folder: FlightFolder? = nil) throws {
        let folder = try folder ?? FlightFolder()
        self.folder = folder
        self.bytes = bytes
        random = SeededRandom(seed: seed)
        recorder = FlightRecorder(folder: folder.ring, bytes: bytes, build: "test", gathering: .milliseconds(1))
        recorder.start()
        loop = try Self.loop(folder.database, cloud, time, inbox, recorder, seed)
        feed([.attached(Self.edged), .attached(Self.mesh)])
    }

    private static func loop(
        _ path: String, _ cloud: FlightCloud, _ time: ManualTime, _ inbox: Inbox<Input>, _ recorder: FlightRecorder,
        _ seed: UInt64
    ) throws -> MetadataLoop {
        let now = time.now()
        let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
        let bus = ModuleBus(
            time: time, intake: FakeIntake(), owed: { _ in [] },
            relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
        let store = try MetaStore(path: path, now: now.wall)
        var settings = PlanningSettings()
        settings.nodeName = "edge-1"
        settings.outboxWindow = 8
        return MetadataLoop(
            store: store, planner: Planner(settings: settings, ids: MessageIDSource(seed: seed), now: now),
            inbox: inbox, bus: bus, cloud: cloud, time: time, recorder: recorder)
    }

    func feed(_ inputs: [Input]) {
        fed += inputs.count
        loop.step(inputs)
    }

    /// Waits for the record to be whole.
    func flush() -> Bool { recorder.flush(within: .seconds(60)) }

    func stop() async { await recorder.stop() }

    /// A text that must not be written down.
    func secret() -> String {
        let text = "canary-\(secrets.count)-\(random.next())"
        secrets.append(text)
        return text
    }

    func message(
        _ source: ModuleName, _ operation: Beehive.Operation, _ resource: String, _ content: String?,
        group: ModuleGroup = .resource, version: String = "", parent: String = "", sync: Bool = false,
        destination: String = ""
    ) -> Message {
        count += 1
        return Message(
            header: Header(
                id: "m\(count)", parentID: parent, timestamp: time.now().wall, resourceVersion: version, sync: sync),
            route: Route(
                source: source, destination: destination, group: group, operation: operation, resource: resource),
            content: content.flatMap { try? Content(json: Bytes($0.utf8)) } ?? .null)
    }

    /// A few inputs, as one batch.
    func step() {
        if random.one(in: 6) { time.advance(by: .milliseconds(random.pick([1, 400, 3000, 11_000, 61_000]))) }
        feed((0...random.below(4)).map { _ in input() })
    }

    private func input() -> Input {
        switch random.below(20) {
        case 0, 1, 2, 3: push()
        case 4: delete()
        case 5, 6: answer()
        case 7, 8: query()
        case 9, 10, 11: report()
        case 12: link()
        case 13: .tick
        case 14: .confirmed(connection: connection, places: cloud.takePlaces())
        case 15, 16: write()
        case 17: relay()
        case 18: list()
        default: rare()
        }
    }

    private func object(_ kind: String, _ name: String) -> String {
        let (uid, version) = (random.pick(["u1", "u1", "u1", "u2"]), random.below(30))
        let owner = random.one(in: 6) ? #","resourceVersion":"\#(version)""# : #","resourceVersion":"\#(version)""#
        let type = random.one(in: 5) ? "" : #""apiVersion":"v1","kind":"\#(kind)","#
        return
            #"{\#(type)"metadata":{"name":"\#(name)","namespace":"demo","uid":"\#(uid)"\#(owner),"annotations":{"last":"\#(secret())"}},"data":{"password":"\#(secret())"}}"#
    }

    private func push() -> Input {
        let (kind, type) = random.pick([("Secret", "secret"), ("ConfigMap", "configmap"), ("Pod", "pod")])
        let name = random.pick(["a", "b"])
        let content = random.one(in: 12) ? #""\#(secret())""# : object(kind, name)
        return .fromCloud(
            message(
                .edgeController, random.pick([.insert, .update]), "demo/\(type)/\(name)", content,
                version: random.pick(["", "7"])))
    }

    private func delete() -> Input {
        let content = random.pick([
            nil, #"{"metadata":{"uid":"u1","resourceVersion":"9"}}"#, #"{"metadata":{"uid":"u2"}}"#,
        ])
        return .fromCloud(
            message(.edgeController, .delete, random.pick(["demo/secret/a", "demo/pod/a", "demo/pod/b"]), content))
    }

    private func list() -> Input {
        let elements = (0..<random.below(4)).map { _ in object("Service", random.pick(["s", "t"])) }
        let content = random.pick([
            "[\(elements.joined(separator: ","))]", #"{"items":[\#(elements.joined(separator: ","))]}"#, "[1]", "{}",
        ])
        return .fromCloud(message(.edgeController, .update, "demo/servicelist", content))
    }

    private func answer() -> Input {
        guard loop.status.isLinkUp, let request = cloud.take(&random) else { return push() }
        let resource = request.route.resource
        if request.route.group == .dynamicController {
            return .fromCloud(
                message(
                    .dynamicController, .applicationResponse, resource, application(request), parent: request.id))
        }
        let name = String(resource.split(separator: "/").last ?? "x")
        if resource.contains("serviceaccounttoken") {
            let end = KubernetesTimestamp.text(time.now().wall + Int64(random.pick([-1000, 5000, 3_600_000])))
            let content =
                #"{"metadata":{"name":"\#(name)"},"spec":{"audiences":["api"],"expirationSeconds":3607},"status":{"token":"\#(secret())","expirationTimestamp":"\#(end)"}}"#
            return .fromCloud(message(.edgeController, .response, resource, content, version: "1", parent: request.id))
        }
        let found = object("Pod", name)
        let content = random.pick([
            #""OK""#, found, Sample.response(found), Sample.refusal("Conflict"), Sample.statusError("NotFound"), "{}",
        ])
        let operation: Beehive.Operation = random.one(in: 8) ? .error : .response
        let words = operation == .error ? #""failed: \#(secret())""# : content
        return .fromCloud(
            message(.edgeController, operation, resource, words, version: "1", parent: request.id))
    }

    /// What an API server answers through the dynamic controller.
    private func application(_ request: Message) -> String {
        guard let json = try? JSONValue(parsing: request.content.json), let asked = Application(content: json) else {
            return "{}"
        }
        let name = String(asked.key.split(separator: "/").last ?? "x")
        let body = asked.body ?? Bytes(object("ConfigMap", name == "null" ? "made" : name).utf8)
        let failure = random.pick([
            APIFailure(409, reason: "Conflict", "changed: \(secret())"), APIFailure(404, reason: "NotFound", "none"),
            APIFailure(503, reason: "ServiceUnavailable", "later: \(secret())"),
            APIFailure(403, reason: "Forbidden", "no"),
            .notFound(KubeKind.Resource(group: "", version: "v1", plural: "configmaps"), name: name),
            .notFound(KubeKind.Resource(group: "", version: "v1", plural: "namespaces"), name: "demo"),
        ])
        let answer =
            random.one(in: 2)
            ? ApplicationAnswer(id: "x", status: .approved, body: random.one(in: 4) ? nil : body)
            : ApplicationAnswer(id: "x", status: .rejected, failure: failure)
        return String(decoding: answer.content(to: asked, node: "edge-1").json, as: UTF8.self)
    }

    private func query() -> Input {
        let module = random.pick([Self.edged, Self.classic])
        let resource = random.pick([
            "demo/secret/a", "demo/configmap/b", "demo/pod", "demo/lease/l", "demo/serviceaccounttoken/web",
            "demo/endpoints/e", "bad",
        ])
        let content = resource.contains("token") ? #"{"spec":{"audiences":["api"],"expirationSeconds":3607}}"# : nil
        return .fromModule(message(module.name, .query, resource, content, group: .meta, sync: true), module)
    }

    private func report() -> Input {
        let name = random.pick(["a", "b"])
        let status = random.pick([
            #"{"status":{"phase":"\#(secret())"}}"#, #"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"$patch":"delete","type":"Ready"}]}}"#, #"{"status":null}"#,
            #"{"status":{"$setElementOrder/conditions":[{"type":"Ready"}],"conditions":[{"type":"Ready","status":"False"}]}}"#,
        ])
        let made =
            switch random.below(5) {
            case 0:
                message(
                    .edged, .update, "demo/podstatus/\(name)", #"{"UID":"u1","Status":{"x":\#(random.below(3))}}"#,
                    group: .meta, sync: true)
            case 1: message(.edged, .delete, "demo/pod/\(name)", #""u1""#, group: .meta, sync: true)
            case 2:
                message(
                    .edged, .insert, "demo/event/e\(count)", #"{"message":"\#(secret())"}"#, group: .meta, sync: true)
            case 3: message(.edged, .update, "default/nodestatus/n", #"{"a":"\#(secret())"}"#, group: .meta, sync: true)
            default:
                message(.edged, .patch, "demo/podpatch/\(name)", Sample.patch(status), group: .meta, sync: true)
            }
        return .fromModule(made, Self.edged)
    }

    private func link() -> Input {
        if loop.status.isLinkUp, random.one(in: 2) { return .linkDown(connection: connection) }
        if loop.status.isLinkUp { return .credit(connection: connection, entries: 5) }
        connection += 1
        cloud.forget()
        return .linkUp(connection: connection)
    }

    private func relay() -> Input {
        if !asked.isEmpty, random.one(in: 2) {
            let parent = random.pick(asked)
            return .fromModule(
                message(.edgeMesh, .response, "demo/x/y", #""\#(secret())""#, group: .meta, parent: parent), Self.mesh)
        }
        if random.one(in: 3) {
            return .fromCloud(
                message(.edgeController, .createVolume, "demo/volume/v\(count)", #"{"secret":"\#(secret())"}"#))
        }
        let request = message(
            .edged, .query, "demo/x/y", "{}", group: .meta, sync: true, destination: random.pick(["edgemesh", "none"]))
        asked.append(request.id)
        return .fromModule(request, Self.edged)
    }

    private func write() -> Input {
        let name = random.pick(["c", "d"])
        let path = ResourcePath(namespace: "demo", type: .configMap, id: name)
        guard let object = try? JSONValue(parsing: Bytes(object("ConfigMap", name).utf8)) else { return .tick }
        let resource = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
        let matter: LocalWrite.Matter =
            switch random.below(7) {
            case 0: .settled(object)
            case 1: .deleted(uids: ["u1"])
            case 2: .missing(at: 0)
            case 3: .device(object)
            default:
                .pending(
                    LocalWrite.PendingRequest(
                        resource: resource, namespace: "demo", name: name,
                        object: random.one(in: 4) ? Optional<JSONValue>.none : object, caller: "user-\(secret())"))
            }
        return .write(LocalWrite(matter, at: path, expected: random.one(in: 3) ? 0 : nil))
    }

    private func rare() -> Input {
        switch random.below(7) {
        case 0: return .attached(random.pick([Self.classic, Self.edged, Self.mesh]))
        case 1: return .forgotten(.edgeMesh)
        case 2: return .flushOutbox
        case 3: return .dropOutbox(id: random.one(in: 4) ? nil : "m\(random.below(max(1, count)))")
        case 4:
            var settings = PlanningSettings()
            settings.nodeName = "edge-1"
            settings.outboxWindow = 8
            settings.conflictPolicy = random.pick([.cloud, .edge])
            settings.podStatusInterval = .seconds(random.pick([10, 60]))
            return .settings(settings)
        case 5: return .fromCloud(message(.edgeController, "strange", "demo/pod/a", "{}", version: "1"))
        default: return .fromCloud(message(.deviceController, .update, "demo/device/d", object("Device", "d")))
        }
    }
}

extension FlightFolder {
    /// Replays the record on this build.
    func replay() throws -> FlightReplay.Report {
        var replay = FlightReplay()
        for line in lines().lines {
            guard try replay.take(Bytes(line.utf8)) else { break }
        }
        return replay.report
    }
}
