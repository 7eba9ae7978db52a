import Beehive
import MetaManager
import MetaStore
import TestKit
import Testing

/// What holds for every sequence of messages; a failure prints the seed that replays it.
struct PlanningProperties {
    /// A cloud, modules and a link that do whatever the seed says.
    struct World {
        var bench: PlanBench
        var random: SeededRandom
        var log: [String] = []
        var faults: [String] = []
        /// Sync requests that wait for their answer, and how many answers came.
        var asked: [String: Int] = [:]
        /// States and facts, which are answered at once.
        var taken: Set<String> = []
        /// The newest version of each uid that was ever stored under a key.
        var newest: [String: Int] = [:]
        /// Requests and entries that the cloud has read and may answer.
        var read: [Message] = []
        var connection = 0
        /// Patches and states by key, in the order they were made, and what went up.
        var made: [String: [String]] = [:]
        var sent: [String: [String]] = [:]

        static let keys = ["demo/pod/a", "demo/pod/b", "demo/configmap/c", "null/node/n"]

        init(seed: UInt64) {
            random = SeededRandom(seed: seed)
            bench = PlanBench([PlanBench.edged, ModuleInfo(name: .edgeMesh)], seed: seed)
        }

        mutating func step() {
            switch random.below(12) {
            case 0, 1, 2: push()
            case 3: delete()
            case 4, 5: answer()
            case 6: query()
            case 7, 8: report()
            case 9: link()
            case 10: feed("wait", .tick, after: .seconds(random.pick([1, 5, 11, 56, 61])))
            default: feed("pong", .confirmed(connection: connection, places: bench.store.entries.map(\.place)))
            }
        }

        mutating func feed(_ what: String, _ input: Input, after: Duration = .zero) {
            log.append(what)
            bench.now = bench.now.advanced(by: after)
            let before = Set(bench.store.rows.keys)
            let plan = bench.feed(input)
            if case .fromCloud(let message) = input, message.route.operation == .response,
                !before.contains(message.route.resource)
            {
                // The answer to a query that was sent after a deletion is believed, whatever its version.
                newest["\(message.route.resource) u"] = nil
            }
            if case .fromCloud(let message) = input {
                let count = plan.answers(to: message.id).count { $0.route.operation == .response }
                let wanted = message.route.operation == .error ? 0 : 1
                if count != wanted { faults.append("\(what): \(count) acknowledgements") }
            }
            take(plan)
            for message in bench.send() { note(message) }
            checkVersions(what)
        }

        mutating func take(_ plan: Plan) {
            for frame in PlanBench.frames(plan) where frame.header.parentID.isEmpty { note(frame) }
            for (_, message) in plan.deliveries where !message.header.parentID.isEmpty {
                guard asked[message.header.parentID] != nil else { continue }
                asked[message.header.parentID, default: 0] += 1
                // What was taken with OK may be refused later, which its sender is told.
                guard !taken.contains(message.header.parentID) else { continue }
                if asked[message.header.parentID] != 1 { faults.append("\(message.header.parentID) answered twice") }
            }
        }

        mutating func note(_ message: Message) {
            read.append(message)
            if message.route.operation == .patch { sent[message.route.resource, default: []].append(message.id) }
        }

        mutating func checkVersions(_ what: String) {
            for (key, row) in bench.store.rows {
                guard !row.head.uid.isEmpty, let version = Int(row.head.version) else { continue }
                let name = "\(key) \(row.head.uid)"
                if let seen = newest[name], version < seen {
                    faults.append("\(what): \(name) went from \(seen) to \(version)")
                }
                newest[name] = version
            }
        }

        /// A uid stands for one life of a key; its versions come in any order.
        mutating func object(_ key: String) -> String {
            let version = random.below(20) + 1
            let name = String(key.split(separator: "/").last ?? "")
            return Sample.object(name, uid: "u", version: version)
        }

        mutating func push() {
            let key = random.pick(Self.keys)
            let operation: Beehive.Operation = random.pick([.insert, .update])
            let message = bench.message(.edgeController, operation, key, object(key), version: "1")
            feed("\(operation) \(key) \(message.json)", .fromCloud(message))
        }

        mutating func delete() {
            let key = random.pick(Self.keys)
            let content = random.pick([nil, #"{"metadata":{"uid":"u"}}"#, #"{"metadata":{"uid":"other"}}"#])
            feed("delete \(key)", .fromCloud(bench.message(.edgeController, .delete, key, content)))
        }

        mutating func answer() {
            guard planner.isLinkUp, !read.isEmpty else { return }
            let index = random.below(read.count)
            let request = random.one(in: 4) ? read[index] : read.remove(at: index)
            let path = request.route.resource.split(separator: "/").last ?? ""
            let object = Sample.object(String(path), uid: "u", version: random.below(20) + 1)
            let content = random.pick([
                #""OK""#, object, Sample.response(object), Sample.refusal("Conflict"), Sample.statusError("NotFound"),
                "{}",
            ])
            let operation: Beehive.Operation = random.one(in: 8) ? .error : .response
            feed(
                "\(operation) to \(request.route.operation) \(request.route.resource) \(content)",
                .fromCloud(
                    bench.message(
                        .edgeController, operation, request.route.resource, content, version: "1", parent: request.id)))
        }

        var planner: Planner { bench.planner }

        mutating func query() {
            let key = random.pick(Self.keys + ["demo/pod", "demo/lease/l", "demo/endpoints/e"])
            let module = random.pick([PlanBench.edged, PlanBench.classicEdged])
            let message = bench.message(module.name, .query, key, group: .meta, sync: true)
            asked[message.id] = 0
            feed("query \(key)", .fromModule(message, module))
        }

        mutating func report() {
            let name = random.pick(["a", "b"])
            let message: Message
            switch random.below(5) {
            case 0:
                message = bench.message(
                    .edged, .update, "demo/podstatus/\(name)", #"{"x":\#(random.below(3))}"#, group: .meta, sync: true)
            case 1: message = bench.message(.edged, .delete, "demo/pod/\(name)", #""u""#, group: .meta, sync: true)
            case 2: message = bench.message(.edged, .insert, "demo/event/e", "{}", group: .meta, sync: true)
            default:
                let patch = random.pick([#"{"status":{"a":1}}"#, #"{"status":null}"#, #"{"status":{"b":{"c":2}}}"#])
                message = bench.message(
                    .edged, .patch, "demo/podpatch/\(name)", Sample.patch(patch), group: .meta, sync: true)
                made[message.route.resource, default: []].append(message.id)
            }
            asked[message.id] = 0
            if message.route.operation == .update || message.route.operation == .insert { taken.insert(message.id) }
            feed("\(message.route.operation) \(message.route.resource)", .fromModule(message, PlanBench.edged))
        }

        mutating func link() {
            if planner.isLinkUp {
                feed("link down", .linkDown(connection: connection))
                read = []
                // A new connection may begin again with what has not ended.
                sent = [:]
            } else {
                connection += 1
                feed("link up", .linkUp(connection: connection))
                feed("credit", .credit(connection: connection, entries: 1000))
            }
        }

        /// What went up of a key on this connection must be in the order it was made.
        mutating func checkOrder() {
            for (key, ids) in sent {
                let places = ids.compactMap { made[key]?.firstIndex(of: $0) }
                if zip(places, places.dropFirst()).contains(where: { $0 > $1 }) {
                    faults.append("\(key) went up as \(ids)")
                }
            }
        }

        /// Everything that waits is answered once its time is over.
        mutating func finish() {
            if planner.isLinkUp { link() }
            for _ in 0..<4 { feed("end", .tick, after: .seconds(60)) }
            for (id, count) in asked where count != 1 && !(count > 1 && taken.contains(id)) {
                faults.append("\(id) was answered \(count) times")
            }
        }
    }

    @Test("acknowledged once, answered once, never back to an older version, never out of order")
    func holds() {
        let seed = Seeds.next()
        for run in 0..<400 {
            var world = World(seed: seed &+ UInt64(run))
            for _ in 0..<60 where world.faults.isEmpty {
                world.step()
                world.checkOrder()
            }
            if world.faults.isEmpty { world.finish() }
            guard let fault = world.faults.first else { continue }
            Issue.record("METAMANAGER_SEED=\(seed &+ UInt64(run)): \(fault)\n\(world.log.joined(separator: "\n"))")
            return
        }
    }

    @Test("deliveries of a key come in the order of arrival, each version at most once")
    func order() {
        let seed = Seeds.next()
        for run in 0..<200 {
            var random = SeededRandom(seed: seed &+ UInt64(run))
            var bench = PlanBench()
            var arrived: [String] = []
            var delivered: [String] = []
            var stored = -1
            for _ in 0..<50 {
                let version = random.below(30)
                let plan = bench.cloud(.update, "demo/pod/web", Sample.object("web", version: version))
                if version > stored { arrived.append(bench.lastID) }
                stored = max(stored, version)
                delivered += plan.deliveries(to: .edged).map(\.id)
            }
            #expect(arrived == delivered, "METAMANAGER_SEED=\(seed &+ UInt64(run))")
        }
    }
}
