import Beehive
import MetaClient
import Testing

/// What a server may do that answers, and never gets anywhere.
@Suite("Servers that get nowhere", .timeLimit(.minutes(5)))
struct UnsteadyServerTests {
    private static let line =
        #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5","#
        + #""annotations":{"k8s.io/initial-events-end":"true"}}}}"# + "\n"
    private static let expired =
        #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"# + "\n"
    private static let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    struct Script: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: String
    }

    private static let scripts = [
        Script(testDescription: "one line and the end", answer: ScriptedServer.answer(line)),
        Script(testDescription: "410 after a line", answer: ScriptedServer.answer(line + expired)),
        Script(
            testDescription: "one line, and a connection that breaks",
            answer: cut + String(line.utf8.count, radix: 16) + "\r\n" + line + "\r\n"),
    ]

    @Test("a watch that is told a line and ended, again and again, asks less and less often", arguments: scripts)
    func watch(script: Script) async throws {
        let answer: @Sendable (Int) -> String = { [answer = script.answer] _ in answer }
        try await ScriptedServer.with(answer) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let client = MetaClient(path: server.path)
                group.addTask { for try await _ in client.configMaps.watch() {} }
                try await eventually("eight connections") { server.times.count >= 8 }
                group.cancelAll()
                // Cancelling ends the sequence, and is no error.
                try await group.waitForAll()
            }
            // Seven pauses, of which the first may be left out: 50 ms, doubled each time, of which half may be taken off.
            let times = server.times
            #expect(times[7] - times[0] >= 1_500_000_000, "\(times)")
            #expect(times[7] - times[6] >= 700_000_000, "\(times)")
        }
    }

    @Test("a list whose continue token comes again ends, and one whose pages stay empty too", arguments: [true, false])
    func list(isSameToken: Bool) async throws {
        let answer: @Sendable (Int) -> String = { number in
            // Tokens in a circle are no better than one that repeats.
            let token = isSameToken ? "here" : "page-\(number % 3)"
            return ScriptedServer.answer(
                #"{"kind":"ConfigMapList","metadata":{"continue":"\#(token)"},"items":[]}"#)
        }
        try await ScriptedServer.with(answer) { server in
            let done = Lock<MetaClientError?>(nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let client = MetaClient(path: server.path)
                group.addTask {
                    do { _ = try await client.configMaps.list() } catch let error as MetaClientError {
                        done.withLock { $0 = error }
                    } catch is CancellationError {}
                }
                try await eventually("the end, or too many requests", within: .seconds(240)) {
                    done.withLock { $0 != nil } || server.times.count > 1500
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            let error = try #require(done.withLock { $0 })
            #expect(error.code == .malformed && error.description.contains("configmaps"), "\(error)")
            #expect(server.times.count == (isSameToken ? 2 : 1000))
        }
    }
}
