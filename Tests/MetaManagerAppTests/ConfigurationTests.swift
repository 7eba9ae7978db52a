import Beehive
import MetaManagerApp
import Testing

func configuration(
    _ file: String? = nil, environment: [String: String] = [:], flags: [String] = []
) throws(ConfigurationError) -> Configuration {
    try ConfigurationReader.read(
        file: file.map { Array($0.utf8) }, environment: environment, flags: flags, hostName: "Edge-Host")
}

func problems(_ file: String? = nil, environment: [String: String] = [:], flags: [String] = []) -> [String] {
    do throws(ConfigurationError) {
        _ = try configuration(file, environment: environment, flags: flags)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

@Suite struct ConfigurationTests {
    @Test func `without anything set the defaults of the reference hold`() throws {
        let settings = try configuration().settings
        #expect(settings.meta.podStatusInterval == .seconds(60))
        #expect(settings.meta.databasePath == "/var/lib/metamanager/edgecore.db")
        #expect(settings.meta.databaseBudget == 256 << 20)
        #expect(settings.meta.backupPath == "/var/lib/metamanager/backup")
        #expect(settings.meta.keyFile == "/var/lib/metamanager/key")
        #expect(settings.meta.sealedTypes == ["secret", "serviceaccounttoken"])
        #expect(settings.edgeHub.link == .websocket)
        #expect(settings.edgeHub.nodeID == "edge-host")
        #expect(settings.edgeHub.outboxMaxAge == .seconds(7 * 86400))
        #expect(settings.modules.socketMode == 0o600)
        #expect(settings.metaServer.server == "127.0.0.1:10550")
        #expect(settings.metaServer.feedWindow == FeedWindow(age: .seconds(3600), changes: 10_000))
        #expect(settings.log == (try configuration("log:\n")).settings.log)
    }

    @Test func `a flag wins over the environment, that over the file, that over the default`() throws {
        let file = "meta:\n  sync:\n    podstatus:\n      interval: 10\n"
        let variable = ["METAMANAGER_META_SYNC_PODSTATUS_INTERVAL": "20"]
        let flag = ["meta.sync.podstatus.interval=30"]
        func seen(_ configuration: Configuration) -> String {
            let row = configuration.report.rows.first { $0.key == "meta.sync.podstatus.interval" }
            return "\(configuration.settings.meta.podStatusInterval) \(row?.origin.rawValue ?? "") \(row?.line ?? 0)"
        }
        #expect(seen(try configuration()) == "60.0 seconds default 0")
        #expect(seen(try configuration(file)) == "10.0 seconds file 4")
        #expect(seen(try configuration(file, environment: variable)) == "20.0 seconds environment 0")
        #expect(seen(try configuration(file, environment: variable, flags: flag)) == "30.0 seconds flag 0")
    }

    @Test func `a variable that sets nothing is told of`() throws {
        func notices(_ name: String) throws -> [String] {
            try configuration(environment: [name: "30"], flags: ["edgehub.controller.protocol=none"]).notices
        }
        #expect(
            try notices("METAMANAGER_META_SYNC_PODSTATUS_INTERVL") == [
                "METAMANAGER_META_SYNC_PODSTATUS_INTERVL sets nothing: there is no such key; "
                    + "did you mean METAMANAGER_META_SYNC_PODSTATUS_INTERVAL?"
            ])
        for name in ["METAMANAGER_CONFIG", "METAMANAGER_META_SYNC_PODSTATUS_INTERVAL", "PATH"] {
            #expect(try notices(name) == [], "\(name)")
        }
    }

    @Test(arguments: ["0.0.0.0:10550", "192.168.1.20:10550", "node:1", "[::]:10550"])
    func `the local API stays on the loopback`(server: String) {
        #expect(
            problems("metaserver:\n  server: \"\(server)\"\n") == [
                "line 2: metaserver.server: '\(server)' is no loopback address, and tokens would cross the network in "
                    + "the clear: use 127.0.0.1, or set metaserver.tls.mode"
            ])
    }

    @Test(arguments: ["", "127.0.0.1:0", "localhost:1", "[::1]:10550", "127.9.9.9:1"])
    func `the local API listens on the loopback or nowhere`(server: String) {
        #expect(problems("metaserver:\n  server: \"\(server)\"\n") == [])
    }

    @Test func `what lies beside the database moves with it`() throws {
        let settings = try configuration(flags: ["meta.database.path=./var/x.db"]).settings
        #expect(settings.meta.backupPath == "./var/backup")
        #expect(settings.trace.path == "./var/trace")
        #expect(try configuration(flags: ["meta.database.path=x.db"]).settings.meta.keyFile == "key")
        #expect(try configuration(flags: ["meta.database.path=/x.db"]).settings.meta.keyFile == "/key")
    }

    @Test func `a file with many faults tells them all, with lines and the key that was meant`() {
        let file = """
            meta:
              databse:
                path: x
              sync:
                podstatus: {intervall: 5}
              volume: {timeout: 0}
            edgehub:
              controller:
                protocol: websockt
                heartbeat: [1]
                node-id: Not_A_Name
            log: 3
            modules: {enabled: [websocket, twin]}
            metaserver: {server: nowhere}
            colour: blue
            """
        let found = problems(file, environment: ["METAMANAGER_LOG_LEVEL": "loud"], flags: ["log.fromat=json", "x"])
        let expected = [
            "line 2: meta.databse: no such key; did you mean meta.database?",
            "line 5: meta.sync.podstatus.intervall: no such key; did you mean meta.sync.podstatus.interval?",
            "line 6: meta.volume.timeout: 0 is out of range: wants 1s to 1h",
            "line 9: edgehub.controller.protocol: 'websockt' is wrong",
            "line 10: edgehub.controller.heartbeat: wants a duration: seconds, or a number with ms, s, m, h, d, this is a list",
            "line 11: edgehub.controller.node-id: 'Not_A_Name' is wrong",
            "line 12: log: wants a mapping of keys, this is a single value",
            "line 13: modules.enabled: 'twin' is wrong",
            "line 14: metaserver.server: 'nowhere' is wrong",
            "line 15: colour: no such key",
            "METAMANAGER_LOG_LEVEL: 'loud' is wrong",
            "--set log.fromat: no such key; did you mean log.format?",
            "--set x: wants KEY=VALUE",
        ]
        #expect(found.count == expected.count, "\(found)")
        for (line, start) in zip(found, expected) { #expect(line.hasPrefix(start), "\(line)") }
        #expect(found.contains { $0.hasSuffix("did you mean websocket?") })
    }

    @Test(arguments: [
        ("a: [", "line 2"), ("- x", "wants a mapping"), ("log:\n\tlevel: info", "line 2"),
        ("log: {}\nlog: {}", "line 2"),
        ("log: {level: info}\nlog.level: debug", "line 2: log.level: is set a second time"),
        ("log: {}\n---\nlog: {}", "line 3"), ("edgehub.reconnect: {min: 60, max: 5}", "is longer than"),
        ("edgehub.http: {token: a, token-file: b}", "keep one"),
        ("metaserver.auth.mode: serviceaccount", "key-files"), ("metaserver.tls.mode: files", "cert-file"),
        ("modules.socket.mode: 0999", "octal"), ("node.labels: {a: [1]}", "'a' holds a list"),
        ("edgehub.websocket.url: http://x", "wss://"), ("meta.database.path: \"a\\u0007\"", "control character"),
        ("a: *b", "no anchor"),
    ])
    func `a broken file or setting is refused with the reason`(file: String, word: String) {
        let found = problems(file)
        #expect(found.count == 1)
        #expect(found.first?.contains(word) == true, "\(found)")
    }

    @Test func `a secret is neither shown nor named in a problem`() throws {
        let configuration = try configuration("edgehub.http.token: canary-5521")
        #expect(configuration.settings.edgeHub.token == "canary-5521")
        #expect(!configuration.report.text.contains("canary"))
        #expect(!String(decoding: configuration.report.json.json, as: UTF8.self).contains("canary"))
        #expect(configuration.report.text.contains("edgehub.http.token: \"********\"  # file line 1"))
        #expect(problems("edgehub.http.token: \"canary\\n5521\"").contains { !$0.contains("canary") })
    }

    @Test func `what is shown reads back to the same settings`() throws {
        let first = try configuration(
            "node: {register: yes, labels: {a/b: 'x', c: \"\"}}\nmetaserver: {server: '', feed: {window: 2h}}",
            flags: ["meta.encryption.types=secret,configmap", "modules.timeout=1500ms", "log.format=json"])
        #expect(first.settings.node.labels == ["a/b": "x", "c": ""])
        #expect(first.settings.metaServer.server == nil)
        let again = try configuration(first.report.text)
        #expect(again.settings == first.settings)
    }

    @Test func `the cloud's address gets its path unless it has one`() throws {
        let url = { (text: String) in try configuration("edgehub.websocket.url: \(text)").settings.edgeHub.url }
        let path = "/e632aba927ea4ac2b575ec1603d56f10/edge-host/events"
        #expect(try url("wss://cloud.example:10000") == "wss://cloud.example:10000" + path)
        #expect(try url("wss://cloud.example:10000/") == "wss://cloud.example:10000" + path)
        #expect(try url("wss://cloud.example/p/n/events") == "wss://cloud.example/p/n/events")
        #expect(try configuration().notices.contains { $0.contains("edgehub.websocket.url") })
    }

    @Test func `every key has a name of its own, a variable of its own and a default of its kind`() throws {
        let keys = ConfigurationKey.all
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(keys.map(\.variable)).count == keys.count)
        #expect(
            ConfigurationKey.named("meta.remote-query.stale-after")?.variable
                == "METAMANAGER_META_REMOTE_QUERY_STALE_AFTER")
        for row in try configuration().report.rows {
            let standard = try #require(ConfigurationKey.named(row.key)).standard
            #expect((row.value == nil) == (standard == .none), "\(row.key)")
        }
    }

    @Test(
        arguments: [
            ("60", 60_000), ("24h", 86_400_000), ("10s", 10_000), ("7d", 604_800_000), ("500ms", 500),
            ("1h30m", 5_400_000),
            ("1.5s", 1500), ("0", 0), ("", nil), ("h", nil), ("1h30", nil), ("-5", nil), ("5 s", nil), ("1e3", nil),
            ("99999999999999999999d", nil), (".s", nil), ("٣", nil),
        ] as [(String, Int?)])
    func `durations read as people write them`(text: String, milliseconds: Int?) {
        let duration = DurationText.parse(text)
        #expect(duration == milliseconds.map { .milliseconds($0) })
        if let duration { #expect(DurationText.parse(DurationText.print(duration)) == duration) }
    }

    @Test(
        arguments: [
            ("256MiB", 256 << 20), ("16Mi", 16 << 20), ("1000", 1000), ("1 KB", 1000), ("2G", 2_000_000_000), ("0", 0),
            ("", nil), ("MiB", nil), ("1.5Mi", nil), ("-1", nil), ("9999999999Gi", nil), ("1XB", nil),
        ] as [(String, Int?)])
    func `sizes read as people write them`(text: String, bytes: Int?) {
        #expect(SizeText.parse(text) == bytes)
        if let bytes { #expect(SizeText.parse(SizeText.print(bytes)) == bytes) }
    }
}
