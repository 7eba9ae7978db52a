import Beehive
import Glibc
import Logging
import MetaManager
import Testing

@testable import EdgeHub

/// Stands where the loop stands: takes what the source sends, and acknowledges it.
final class FakeConsumer: Sendable {
    private struct State {
        var inputs: [Input] = []
        var acknowledges = true
    }

    let inbox = Inbox<Input>(capacity: 8)
    private let state = Lock(State())
    private let thread = LoopThread()

    func start(_ source: DirectorySource) {
        thread.start { [inbox, state] in
            while true {
                guard case .items(let inputs) = inbox.take(upTo: 4, deadline: nil) else { return }
                let acknowledges = state.withLock { state in
                    state.inputs += inputs
                    return state.acknowledges
                }
                guard acknowledges else { continue }
                for case .fromCloud(let message) in inputs {
                    var route = message.route
                    route.operation = .response
                    let ack = Message(
                        header: Header(id: "ack-\(message.id)", parentID: message.id, timestamp: 0), route: route,
                        content: .ok)
                    source.send([CloudFrame(kind: .answer, body: .message(ack))])
                }
            }
        }
    }

    func stop() async {
        inbox.close()
        await thread.join()
    }

    func setAcknowledges(_ acknowledges: Bool) { state.withLock { $0.acknowledges = acknowledges } }

    var inputs: [Input] { state.withLock { $0.inputs } }

    /// `insert demo/configmap/app`, in the order they came, each id once.
    var pushes: [String] {
        var seen: Set<String> = []
        return messages.filter { $0.header.parentID.isEmpty && seen.insert($0.id).inserted }.map {
            "\($0.route.operation) \($0.route.resource)"
        }
    }

    var messages: [Message] {
        inputs.compactMap { if case .fromCloud(let message) = $0 { message } else { nil } }
    }

    var isUp: Bool { inputs.contains { if case .linkUp = $0 { true } else { false } } }
    var confirmed: [Int64] {
        inputs.flatMap { input -> [Int64] in if case .confirmed(_, let places) = input { places } else { [] } }
    }
}

@Suite(.timeLimit(.minutes(5))) struct DirectorySourceTests {
    static func settings(_ folder: TemporaryFolder, ackTimeout: Duration = .seconds(60)) -> DirectorySettings {
        var settings = DirectorySettings(folder: "\(folder.path)/manifests")
        settings.debounce = .milliseconds(20)
        settings.rescan = .milliseconds(50)
        settings.ackTimeout = ackTimeout
        return settings
    }

    /// Runs a source while a test looks at it, and ends it in order.
    static func with(
        _ folder: TemporaryFolder, acknowledging: Bool = true, ackTimeout: Duration = .seconds(60),
        _ body: (DirectorySource, FakeConsumer) async throws -> Void
    ) async throws {
        let consumer = FakeConsumer()
        let source = DirectorySource(
            settings: settings(folder, ackTimeout: ackTimeout), inbox: consumer.inbox,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        consumer.setAcknowledges(acknowledging)
        consumer.start(source)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            do {
                try await body(source, consumer)
            } catch {
                group.cancelAll()
                await consumer.stop()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        await consumer.stop()
    }

    @Test func changesOfTheFolderReachTheLoop() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        try await Self.with(folder) { source, consumer in
            try await eventually("the first object") { consumer.pushes == ["insert demo/configmap/app"] }
            #expect(consumer.isUp)
            try folder.write("manifests/deep/er/b.yaml", Sample.pod("web"))
            try await eventually("a folder in a folder") { consumer.pushes.last == "insert demo/pod/web" }
            try folder.write("manifests/deep/er/b.yaml", Sample.pod("web", image: "web:2"))
            try await eventually("a rename over") { consumer.pushes.last == "update demo/pod/web" }
            try folder.write("manifests/.hidden.yaml", Sample.pod("hidden"))
            try folder.remove("manifests/deep/er/b.yaml")
            try await eventually("a removal") { consumer.pushes.last == "delete demo/pod/web" }
            try await eventually("everything acknowledged") { source.report.unacknowledged == 0 }
            #expect(source.report.problems == [])
        }
    }

    @Test func aSyntaxErrorKeepsTheLastGoodForm() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        try await Self.with(folder) { source, consumer in
            try await eventually("the first object") { consumer.pushes.count == 1 }
            try folder.write("manifests/a.yaml", "apiVersion: v1\nkind: [\n")
            try await eventually("the problem") {
                source.report.problems.contains { $0.hasPrefix("\(folder.path)/manifests/a.yaml:") }
            }
            try folder.write("manifests/a.yaml", Sample.configMap("app", "2"))
            try await eventually("the cure") { consumer.pushes.count == 2 && source.report.problems.isEmpty }
            #expect(consumer.pushes == ["insert demo/configmap/app", "update demo/configmap/app"])
        }
    }

    @Test func aRestartSendsOnlyDifferences() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        try folder.write("manifests/b.yaml", Sample.configMap("old", "1"))
        var last: Int64 = 0
        try await Self.with(folder) { source, consumer in
            try await eventually("both") { consumer.pushes.count == 2 && source.report.unacknowledged == 0 }
            last = consumer.messages.compactMap { Int64($0.header.resourceVersion) }.max() ?? 0
        }
        #expect(last > 0)
        try folder.remove("manifests/b.yaml")
        try folder.write("manifests/c.yaml", Sample.configMap("new", "1"))
        try await Self.with(folder) { source, consumer in
            try await eventually("the differences") {
                consumer.pushes == ["insert demo/configmap/new", "delete demo/configmap/old"]
            }
            for message in consumer.messages {
                #expect(try #require(Int64(message.header.resourceVersion)) > last)
            }
            try await eventually("acknowledged") { source.report.unacknowledged == 0 }
        }
        try await Self.with(folder) { source, consumer in
            try await eventually("a reading") { source.report.lastReading > 0 && consumer.isUp }
            try folder.write("manifests/d.yaml", Sample.configMap("last", "1"))
            try await eventually("only the newest") { consumer.pushes == ["insert demo/configmap/last"] }
        }
    }

    @Test func aFolderThatGoesCostsNothingAndMayComeBack() async throws {
        let folder = try TemporaryFolder()
        try await Self.with(folder) { source, consumer in
            try await eventually("the problem") { source.report.problems.count == 1 }
            #expect(!consumer.isUp)
            try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
            try await eventually("the folder") { consumer.pushes == ["insert demo/configmap/app"] }
            try PosixFile.move("\(folder.path)/manifests", to: "\(folder.path)/away")
            try await eventually("its loss") { !source.report.isFolderPresent && source.report.problems.count == 1 }
            try PosixFile.move("\(folder.path)/away", to: "\(folder.path)/manifests")
            try await eventually("its return") { source.report.isFolderPresent }
            try folder.write("manifests/a.yaml", Sample.configMap("app", "2"))
            try await eventually("its changes") { consumer.pushes.count == 2 }
            #expect(consumer.pushes.last == "update demo/configmap/app")
        }
    }

    @Test func whatIsNotAcknowledgedIsSentAgain() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        try await Self.with(folder, acknowledging: false, ackTimeout: .milliseconds(100)) { source, consumer in
            try await eventually("it comes again") { consumer.messages.count >= 3 }
            #expect(Set(consumer.messages.map(\.id)).count == 1)
            consumer.setAcknowledges(true)
            try await eventually("it is acknowledged") { source.report.unacknowledged == 0 }
        }
    }

    @Test func aLinkToAFileIsFollowedAndOneToAFolderIsNot() async throws {
        let folder = try TemporaryFolder()
        try folder.write("elsewhere/a.yaml", Sample.configMap("linked", "1"))
        try folder.write("manifests/b.yaml", Sample.configMap("own", "1"))
        #expect(symlink("\(folder.path)/elsewhere/a.yaml", "\(folder.path)/manifests/a.yaml") == 0)
        #expect(symlink("\(folder.path)/elsewhere", "\(folder.path)/manifests/sub") == 0)
        try await Self.with(folder) { source, consumer in
            try await eventually("both") { consumer.pushes.count == 2 }
            try folder.write("elsewhere/a.yaml", Sample.configMap("linked", "2"))
            try await eventually("the link's target") { consumer.pushes.last == "update demo/configmap/linked" }
            #expect(source.report.problems == [])
        }
    }

    @Test func aFolderBehindALinkIsFollowedWhenTheLinkIsTurned() async throws {
        let folder = try TemporaryFolder()
        try folder.write("one/a.yaml", Sample.configMap("app", "1"))
        try folder.write("two/a.yaml", Sample.configMap("app", "2"))
        #expect(symlink("one", "\(folder.path)/manifests") == 0)
        try await Self.with(folder) { _, consumer in
            try await eventually("the first") { consumer.pushes == ["insert demo/configmap/app"] }
            #expect(symlink("two", "\(folder.path)/next") == 0)
            try PosixFile.move("\(folder.path)/next", to: "\(folder.path)/manifests")
            try await eventually("the second") { consumer.pushes.last == "update demo/configmap/app" }
        }
    }

    @Test func aFileThatIsBeingWrittenIsLeftForTheNextLook() throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.configMap("app", "1"))
        var reader = FolderReader(settings: Self.settings(folder))
        var state = Sample.state()
        func look(_ afterWriting: Duration) throws -> [String] {
            let stamp = try #require(PosixFile.stamp("\(folder.path)/manifests/a.yaml", following: false))
            let now = max(stamp.modified, stamp.changed) + Int64(afterWriting.nanoseconds)
            let reading = try reader.read(now: now, watching: { _ in }).get()
            return state.apply(reading, now: Sample.now).map(\.summary)
        }
        #expect(try look(.zero) == ["insert demo/configmap/app"])
        try folder.write("manifests/a.yaml", "")
        #expect(try look(.milliseconds(1)) == [])
        #expect(reader.hasUnsettled)
        try folder.write("manifests/a.yaml", Sample.configMap("app", "2"))
        #expect(try look(.milliseconds(21)) == ["update demo/configmap/app"])
        #expect(!reader.hasUnsettled)
        #expect(try look(.seconds(2)) == [])
        #expect(try look(.seconds(2)) == [])
        try folder.write("manifests/a.yaml", "")
        #expect(try look(.seconds(2)) == ["delete demo/configmap/app"])
    }

    @Test func tooLargeAndTooManyFilesAreToldAndCostNothing() throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b", "c"] { try folder.write("manifests/\(name).yaml", Sample.configMap(name, "1")) }
        var settings = Self.settings(folder)
        var state = Sample.state()
        var all = FolderReader(settings: settings)
        _ = state.apply(try all.read(now: 0, watching: { _ in }).get(), now: Sample.now)
        settings.maximumFiles = 2
        var few = FolderReader(settings: settings)
        #expect(state.apply(try few.read(now: 0, watching: { _ in }).get(), now: Sample.now).isEmpty)
        #expect(state.problems.contains { $0.contains("3 files are more than the 2") })
        settings.maximumFiles = 10
        settings.maximumFileBytes = 10
        var small = FolderReader(settings: settings)
        #expect(state.apply(try small.read(now: 0, watching: { _ in }).get(), now: Sample.now).isEmpty)
        #expect(state.problems.count == 3)
        #expect(state.entries.count == 3)
    }

    @Test func statesAreWrittenBeforeTheyAreConfirmed() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.pod("web"))
        try await Self.with(folder) { source, consumer in
            try await eventually("the pod") { consumer.pushes.count == 1 }
            let report: JSONValue = ["UID": "", "Name": "web", "Status": ["phase": "Running"]]
            let event = DirectoryAnswersTests.frame(.insert, "demo/event/e1", Content(["reason": "Started"]))
            let status = DirectoryAnswersTests.frame(.update, "demo/podstatus/web", Content(report))
            source.send([
                CloudFrame(kind: .outbox(place: 5, connection: 1), body: .frame(MessageEncoder.encode(status)[...])),
                CloudFrame(kind: .outbox(place: 6, connection: 1), body: .frame(MessageEncoder.encode(event)[...])),
            ])
            try await eventually("the confirmations") { consumer.confirmed == [5, 6] }
            #expect(folder.text("status/demo/podstatus/web.json")?.contains("Running") == true)
            #expect(folder.text("status/events.jsonl")?.contains("Started") == true)
            // A folder stands where the file should be: nothing is confirmed until it is gone.
            try folder.write("status/demo/podstatus/bad.json/x", "")
            let other: JSONValue = ["UID": "", "Name": "bad", "Status": .object([])]
            try folder.write("manifests/b.yaml", Sample.pod("bad"))
            try await eventually("the second pod") { consumer.pushes.last == "insert demo/pod/bad" }
            let bad = DirectoryAnswersTests.frame(.update, "demo/podstatus/bad", Content(other))
            let frame = MessageEncoder.encode(bad)[...]
            source.send([CloudFrame(kind: .outbox(place: 7, connection: 1), body: .frame(frame))])
            try await eventually("the problem") { source.report.problems.contains { $0.contains("bad.json") } }
            #expect(!consumer.confirmed.contains(7))
            try folder.remove("status/demo/podstatus/bad.json/x")
            #expect(rmdir("\(folder.path)/status/demo/podstatus/bad.json") == 0)
            try await eventually("the confirmation") { consumer.confirmed.contains(7) }
            #expect(source.report.problems == [])
        }
    }
}
