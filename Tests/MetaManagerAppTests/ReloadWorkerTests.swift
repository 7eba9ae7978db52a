import Beehive
import Glibc
import Logging
import MetaManager
import MetaServer
import TestKit
import Testing

@testable import MetaManagerApp

/// When a changed file is read; the time stands still until the test moves it.
@Suite("When a changed configuration is read", .timeLimit(.minutes(5)))
struct ReloadWorkerTests {
    /// Stands still, and counts how often it is looked at.
    private final class WatchedTime: TimeSource {
        let time = ManualTime()
        private let looks = Lock(0)

        var count: Int { looks.withLock { $0 } }

        func now() -> Moment {
            looks.withLock { $0 += 1 }
            return time.now()
        }
    }

    /// A worker at work on a file of the test's.
    private struct Scene: Sendable {
        let folder: String
        let time = WatchedTime()
        /// What was read, in order.
        let read = Lock<[String]>([])
        let current: Lock<Configuration>
        let worker: ReloadWorker

        init(folder: String) throws {
            let file = folder + "/edge.yaml"
            let current = Lock(try configuration(""))
            let (read, watched) = (read, WatchedFile(path: file))
            self.folder = folder
            self.current = current
            worker = ReloadWorker(file: watched, notifier: ServiceNotifier(environment: [:]), time: time) {
                Reloader(
                    current: current, figures: Lock(ConfigurationFigures(path: file, now: 0)), parts: [],
                    read: {
                        let text = String(decoding: try ConfigurationFile.load(file, waits: false), as: UTF8.self)
                        read.withLock { $0.append(text) }
                        return try configuration(text)
                    },
                    checks: { [] }, time: ManualTime(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }
        }

        var timeout: Duration { current.withLock { $0.settings.meta.volumeTimeout } }
        var texts: [String] { read.withLock { $0 } }
    }

    private func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while !(try condition()) {
            try #require(SystemTime().now().ticks < end, "never: \(what)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func with(_ body: (WatchedFolder, Scene) async throws -> Void) async throws {
        let folder = try WatchedFolder()
        folder.write("log.level: info\n", to: "edge.yaml")
        let scene = try Scene(folder: folder.path)
        let thread = LoopThread()
        thread.start { scene.worker.run() }
        var failure: (any Error)?
        do { try await body(folder, scene) } catch { failure = error }
        scene.worker.stop()
        await thread.join()
        if let failure { throw failure }
    }

    @Test("a file of blanks is refused as an empty one is; one of comments says what it says")
    func blank() throws {
        let folder = try WatchedFolder()
        folder.write("\n \t\r\n", to: "edge.yaml")
        let fault = try #require(throws: ConfigurationFile.Fault.self) {
            try ConfigurationFile.load(folder("edge.yaml"), waits: false)
        }
        #expect(fault.description.contains("it is empty"))
        folder.write("\n# all at its default\n", to: "edge.yaml")
        #expect(try !ConfigurationFile.load(folder("edge.yaml"), waits: false).isEmpty)
    }

    @Test("of a file with tens of thousands of faults the first hundred are named")
    func manyFaults() {
        let file = (0..<20_000).map { "keyy\($0): 1\n" }.joined()
        let named = problems(file)
        #expect(named.count == 101)
        #expect(named.first?.contains("keyy0") == true && named.last?.contains("more are wrong") == true)
    }

    @Test("not before it was quiet for 200 ms, however often something happens in its folder")
    func busyFolder() async throws {
        try await with { folder, scene in
            folder.write("meta.volume.timeout: 1", to: "edge.yaml")
            for _ in 0..<30 {
                // Each step is seen before the next one.
                let before = scene.time.count
                folder.write("x", to: "new")
                try await eventually("a look") { scene.time.count > before || !scene.texts.isEmpty }
            }
            #expect(scene.texts.isEmpty)
            folder.write("meta.volume.timeout: 17", to: "edge.yaml")
            scene.time.time.advance(by: .seconds(2))
            try await eventually("the reading") { scene.timeout == .seconds(17) }
            #expect(scene.texts == ["meta.volume.timeout: 17"])
        }
    }

    @Test("nor is a half-written one while a change is on trial, when the folder tells of nothing")
    func trial() async throws {
        try await with { folder, scene in
            folder.write("log.level: debug\n", to: "edge.yaml")
            try await eventually("the change") {
                scene.time.time.advance(by: .seconds(2))
                return scene.current.withLock { $0.settings.log.level } == "debug"
            }
            let before = scene.texts
            // Open until it is whole: the kernel tells of what is closed.
            let file = open(folder("edge.yaml"), O_WRONLY | O_TRUNC)
            _ = Glibc.write(file, "meta.volume.timeout: 1", 22)
            let looks = scene.time.count
            try await eventually("looks at it") { scene.time.count > looks + 3 || scene.texts != before }
            #expect(scene.texts == before)
            // Time for a look at the file, which has changed: that is waited out too.
            scene.time.time.advance(by: .seconds(30))
            let more = scene.time.count
            try await eventually("looks at it") { scene.time.count > more + 3 || scene.texts != before }
            #expect(scene.texts == before)
            _ = Glibc.write(file, "8\n", 2)
            close(file)
            try await eventually("the reading") {
                scene.time.time.advance(by: .seconds(2))
                return scene.timeout == .seconds(18)
            }
            #expect(!scene.texts.contains("meta.volume.timeout: 1"))
        }
    }
}
