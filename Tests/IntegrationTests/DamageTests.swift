#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaServer
    import MetaStore
    import TestKit
    import Testing

    /// A database that the disk has damaged, through the real binary (`docs/operations.md`, "When the database is damaged").
    ///
    /// `METAMANAGER_LONG=1` takes 50 MB and 200 pages in place of 10 MB and 40.
    @Suite("A damaged database", .serialized, .timeLimit(.minutes(20)))
    struct DamageTests {
        private static let isLong = getenv("METAMANAGER_LONG") != nil
        private static let pageSize = 4096

        private static func configMap(_ number: Int, pad: String) -> JSONValue {
            [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": JSONValue(text: "c\(number)"), "namespace": "demo"],
                "data": ["mark": JSONValue(text: mark(number)), "pad": JSONValue(text: pad)],
            ]
        }

        private static func mark(_ number: Int) -> String { "row#\(number)#" }

        /// Pods that name all configmaps, so that also those whose keys are not known can be asked for.
        private static func pod(_ number: Int, _ maps: Range<Int>) -> JSONValue {
            let sources = maps.map { ["configMapRef": ["name": JSONValue(text: "c\($0)")]] as JSONValue }
            return [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": ["name": JSONValue(text: "p\(number)"), "namespace": "demo"],
                "spec": [
                    "nodeName": "edge-1", "containers": [["name": "c", "image": "i", "envFrom": .array(sources)]],
                ],
            ]
        }

        /// The rows of a database as a node has them that has all objects of the cloud.
        private static func fill(
            _ path: String, _ sealing: Sealing, from cloud: FakeCloudCore, _ names: [(String, String)]
        )
            async throws -> [String: JSONValue]
        {
            let store = try MetaStore(path: path, now: SystemTime().now().wall, sealing: sealing)
            var rows: [String: JSONValue] = [:]
            var changes: [StoreChange] = []
            for (kind, name) in names {
                let object = try #require(try await cloud.object(kind, "demo", name))
                let resource = try ResourcePath(parsing: "demo/\(kind.lowercased())/\(name)")
                rows[resource.key] = object
                changes.append(
                    .put(
                        NewObject(
                            path: resource, value: object.json, uid: object["metadata"]?["uid"]?.text ?? "",
                            version: object["metadata"]?["resourceVersion"]?.text ?? "", apiVersion: "v1", kind: kind,
                            origin: .delivered), replacing: nil))
            }
            for start in stride(from: 0, to: changes.count, by: 500) {
                try store.transaction(writing: true) { view throws(StoreError) in
                    for change in changes[start..<min(changes.count, start + 500)] {
                        try view.apply(change, now: SystemTime().now().wall)
                    }
                }
            }
            try store.checkpoint()
            return rows
        }

        /// The pages on which the configmaps' rows begin.
        private static func pages(of file: [UInt8]) -> [Int: Int] {
            let word = Array("row".utf8)
            var pages: [Int: Int] = [:]
            file.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                var at = 0
                while let found = memchr(base + at, Int32(UInt8(ascii: "#")), bytes.count - at) {
                    let place = UnsafeRawPointer(found) - base
                    at = place + 1
                    guard place >= 3, bytes[place - 3..<place].elementsEqual(word) else { continue }
                    let digits = bytes[at...].prefix { (48...57).contains($0) }
                    if let number = Int(String(decoding: digits, as: UTF8.self)) { pages[number] = at / pageSize }
                }
            }
            return pages
        }

        private static func read(_ path: String) -> [UInt8] {
            guard let file = fopen(path, "rb") else { return [] }
            defer { fclose(file) }
            fseek(file, 0, SEEK_END)
            var bytes = [UInt8](repeating: 0, count: ftell(file))
            rewind(file)
            fread(&bytes, 1, bytes.count, file)
            return bytes
        }

        private static func write(_ bytes: [UInt8], to path: String) {
            guard let file = fopen(path, "r+b") else { return }
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }

        private static func stored(_ path: String, _ sealing: Sealing) throws -> [String: Bytes] {
            let rows = try StoreReader(path: path, sealing: sealing).read { view throws(StoreError) in
                try view.objects(ofType: .configMap) + view.objects(ofType: .secret) + view.objects(ofType: .pod)
            }
            return Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first }
        }

        private static func data(_ value: Bytes?) -> JSONValue? {
            value.flatMap { try? JSONValue(parsing: $0) }.map {
                [$0["data"] ?? .null, $0["spec"]?["containers"] ?? .null]
            }
        }

        @Test("every readable row is served, the rest is listed, and the cloud completes it")
        func damage() async throws {
            var random = SeededRandom(seed: Seeds.next())
            let count = Self.isLong ? 14_500 : 2900
            let damagedPages = Self.isLong ? 200 : 40
            let folder = try TemporaryFolder()
            let path = folder.path + "/edgecore.db"
            var settings = FakeCloudCore.Settings.joinable
            settings.objects = (0..<count).map { number in
                Self.configMap(
                    number,
                    pad: String((0..<40).map { _ in String(random.next(), radix: 36) }.joined())
                        + String(repeating: "x", count: 2200))
            }
            for number in 0..<50 {
                settings.objects.append([
                    "apiVersion": "v1", "kind": "Secret",
                    "metadata": ["name": JSONValue(text: "s\(number)"), "namespace": "demo"],
                    "data": ["key": JSONValue(text: String(random.next(), radix: 36))],
                ])
            }
            let pods = (0..<count / 100).map { Self.pod($0, $0 * 100..<$0 * 100 + 100) }
            let cloud = try await FakeCloudCore.start(settings)
            for pod in pods { try await cloud.apply(pod) }
            let names =
                (0..<count).map { ("ConfigMap", "c\($0)") } + (0..<50).map { ("Secret", "s\($0)") }
                + pods.indices.map { ("Pod", "p\($0)") }
            func sealing() -> Sealing {
                Sealing(types: [.secret, .serviceAccountToken], key: .file(folder.path + "/key"))
            }
            let rows = try await Self.fill(path, sealing(), from: cloud, names)

            // The disk does its worst.
            var file = Self.read(path)
            let places = Self.pages(of: file)
            #expect(places.count == count)
            var hit: Set<Int> = []
            var flips = 0
            while hit.count < damagedPages { hit.insert(random.below(file.count / Self.pageSize)) }
            for page in hit.sorted() {
                for _ in 0...random.below(16) {
                    file[page * Self.pageSize + random.below(Self.pageSize)] ^= UInt8(1 + random.below(255))
                    flips += 1
                }
            }
            Self.write(file, to: path)

            // Without the cloud first.
            try await cloud.goAway()
            try folder.write(cloud.token + "\n", to: "token")
            let daemon = try DaemonFixture(
                cloud: nil, folder: folder,
                settings: JoinedNode.settings(cloud, folder) + ["modules.enabled=[websocket, metaManager]"])
            try await daemon.waitUntilReady()
            let node = JoinedNode(cloud: cloud, folder: folder, daemon: daemon)
            let limit = Duration.seconds(300)
            func until(_ what: String, _ condition: () async throws -> Bool) async throws {
                let end = SystemTime().now().advanced(by: limit).ticks
                while !(try await condition()) {
                    guard SystemTime().now().ticks < end else {
                        throw DaemonFixture.Trouble(description: "\(what) never came true; the log:\n\(daemon.log)")
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            var report: JSONValue = .null
            try await until("a repair and a check without findings") {
                let run = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath])
                report = run.json?["store"] ?? .null
                return report["check"] == "ok" && report["repairs"]?.integer ?? 0 > 0
            }
            let served = try Self.stored(path, sealing())
            for (key, value) in served {
                #expect(Self.data(value) == Self.data(rows[key]?.json), "\(key) is not what was stored")
            }
            let lost = Set(try StoreReader(path: path).lostKeys().keys)
            let unnamed = report["repair"]?["unnamed"]?.integer ?? 0
            let silent = rows.keys.filter { served[$0] == nil && !lost.contains($0) }
            #expect(silent.count <= unnamed, "\(silent)")
            #expect(lost.isDisjoint(with: served.keys))
            for (number, page) in places where !hit.contains(page) {
                #expect(served["demo/configmap/c\(number)"] != nil, "c\(number) on page \(page), which is sound")
            }
            let onDamaged = places.filter { hit.contains($0.value) }.keys
            let saved = onDamaged.count { served["demo/configmap/c\($0)"] != nil }
            let check = try await Program.run(["store", "check", "-o", "json", "--socket", daemon.apiPath])
            #expect(check.json?["ok"] == true && check.json?["lost"]?.elements.count == lost.count, "\(check.errors)")
            let problems = try await node.problems()
            #expect(problems.contains { $0.contains("were lost by damage") } == !lost.isEmpty, "\(problems)")

            // And then with it.
            let start = SystemTime.ticks()
            try await cloud.comeBack()
            try await until("all configmaps and secrets are here") {
                try StoreReader(path: path).lostKeys().keys.allSatisfy { $0.contains("/pod/") }
                    && Self.stored(path, sealing()).keys.count { !$0.contains("/pod/") } == count + 50
            }
            let took = Double(SystemTime.ticks() - start) / 1e9
            try await node.untilReady()
            // No cloud answers a query for a pod: it comes with its next change.
            for key in rows.keys where key.contains("/pod/") && served[key] == nil {
                let name = String(key.split(separator: "/")[2])
                try await cloud.merge("Pod", "demo", name, ["metadata": ["annotations": ["touched": "1"]]])
            }
            try await until("all are here") { try Self.stored(path, sealing()).count == rows.count }
            let complete = try Self.stored(path, sealing())
            for (key, object) in rows {
                #expect(Self.data(complete[key]) == Self.data(object.json), "\(key) is not what the cloud has")
            }
            try await until("nothing is missed any more") { try StoreReader(path: path).lostKeys().count == 0 }
            print(
                "damage: \(rows.count) rows, \(file.count >> 20) MB, \(flips) bytes in \(hit.count) pages; served "
                    + "\(served.count), of them \(saved) of \(onDamaged.count) on damaged pages; lost \(lost.count), "
                    + "unnamed \(unnamed); complete \(took) s after the cloud came back")
            #expect(try await daemon.terminate() == 0, "\(daemon.log)")
            await cloud.stop()
        }

        @Test("a destroyed first page is repaired at the start, and a file of others is refused as ever")
        func firstPage() async throws {
            let folder = try TemporaryFolder()
            let path = folder.path + "/edgecore.db"
            do {
                let store = try MetaStore(path: path, now: SystemTime().now().wall)
                try store.transaction(writing: true) { view throws(StoreError) in
                    for number in 0..<100 {
                        let resource = ResourcePath(namespace: "demo", type: .configMap, id: "c\(number)")
                        let value = Self.configMap(number, pad: "").json
                        try view.apply(
                            .put(
                                NewObject(path: resource, value: value, kind: "ConfigMap", origin: .delivered),
                                replacing: nil),
                            now: SystemTime().now().wall)
                    }
                }
            }
            var file = Self.read(path)
            for index in 0..<Self.pageSize { file[index] = 0x55 }
            Self.write(file, to: path)
            let daemon = try DaemonFixture(cloud: nil, folder: folder)
            try await daemon.waitUntilReady()
            #expect(daemon.log.contains("repaired the database"), "\(daemon.log)")
            let got = try await Program.run([
                "get", "configmap", "c42", "-n", "demo", "-o", "json", "--socket", daemon.apiPath,
            ])
            #expect(got.code == 0, "\(got.errors)")
            // By command, live.
            let repair = try await Program.run(["store", "repair", "--socket", daemon.apiPath], within: .seconds(120))
            #expect(repair.code == 0 && repair.errors.contains("repaired the database"), "\(repair.errors)")
            try await daemon.waitUntilReady()
            #expect(try await daemon.terminate() == 0, "\(daemon.log)")
            #expect(Self.read(path + ".damaged").count == file.count)
            // And on a file.
            let again = try await Program.run(["store", "repair", "--database", path])
            #expect(again.code == 0 && again.output == "", "\(again.errors)")
            try folder.write("something else", to: "other.db")
            let refused = try await Program.run(["store", "repair", "--database", folder.path + "/other.db"])
            #expect(refused.code == 65 && folder.read("other.db") == "something else", "\(refused.errors)")
            let absent = try await Program.run(["store", "repair", "--database", folder.path + "/none.db"])
            #expect(absent.code == 74 || absent.code == 73, "\(absent.errors)")
        }
    }
#endif
