import Beehive
import Glibc
import Logging
import NIOPosix
import Testing

@testable import MetaManager
@testable import MetaServer

@Suite(.timeLimit(.minutes(5)))
struct LifeTests {
    private static func decision(_ number: Int) -> Decision {
        Decision(
            time: 1000, id: "id-\(number)", source: "cloud",
            route: Route(source: .edgeController, group: .resource, operation: .update, resource: "default/pod/p"),
            outcome: .stored, reason: "")
    }

    @Test func `the socket is for its owner alone, and goes with the server`() async throws {
        let path = Lock("")
        try await Fixture.serve { fixture in
            var status = stat()
            #expect(lstat(fixture.socket, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            path.withLock { $0 = fixture.socket }
        }
        #expect(access(path.withLock { $0 }, F_OK) != 0)
    }

    @Test func `an address that is taken is refused with the setting's name`() async throws {
        try await Fixture.serve { fixture in
            let settings = ServerSettings(address: "", socketPath: fixture.socket)
            let other = HTTPServer(
                settings: settings, router: Router(authenticator: OpenAuthenticator()), counts: RequestCounts(),
                loops: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: ServerError.self) { try await other.bind() }
            #expect(error?.description.contains("choose another metaserver.socket") == true)
            let answer = try await fixture.get("/healthz")
            #expect(answer.status == 200)
        }
    }

    @Test func `a follower gets the last decisions and the new ones`() async throws {
        let trace = DecisionTrace()
        trace.record([Self.decision(0)])
        try await Fixture.serve(trace: trace) { fixture in
            let seen = Lock<[String]>([])
            async let answer = fixture.blocking {
                try fixture.client.lines("/metamanager/v1/trace?follow=true") { line in
                    let id = (try? JSONValue(parsing: line))?["id"]?.text ?? "?"
                    return seen.withLock {
                        $0.append(id)
                        return $0.count < 3
                    }
                }
            }
            #expect(await eventually { seen.withLock { $0.count } == 1 })
            trace.record([Self.decision(1), Self.decision(2)])
            let status = try await answer.status
            #expect(status == 200)
            #expect(seen.withLock { $0 } == ["id-0", "id-1", "id-2"])
            #expect(await eventually { trace.followers == 0 })
        }
    }

    @Test func `a follower that does not read is cut off and told`() async throws {
        let trace = DecisionTrace(kept: 10, followerLimit: 100)
        try await Fixture.serve(trace: trace) { fixture in
            let wire = try Wire(path: fixture.socket)
            defer { wire.close() }
            wire.send("GET /metamanager/v1/trace?follow=true HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await eventually { trace.followers == 1 })
            // More than the sockets' buffers hold.
            for number in 0..<20_000 { trace.record([Self.decision(number)]) }
            let text = try await fixture.blocking { wire.read() }
            #expect(text.contains("\"error\":\"cut off"))
            #expect(text.hasSuffix("0\r\n\r\n"))
            #expect(!text.contains("id-19999"))
            #expect(await eventually { trace.followers == 0 })
        }
    }

    @Test func `a client that takes nothing is closed`() async throws {
        let trace = DecisionTrace(kept: 10, followerLimit: 100)
        try await Fixture.serve(trace: trace, settings: .test.with(\.stallTimeout, .milliseconds(200))) { fixture in
            let wire = try Wire(path: fixture.socket)
            defer { wire.close() }
            wire.send("GET /metamanager/v1/trace?follow=true HTTP/1.1\r\n\r\n")
            #expect(await eventually { trace.followers == 1 })
            for number in 0..<20_000 { trace.record([Self.decision(number)]) }
            #expect(await eventually { trace.followers == 0 })
        }
    }

    @Test func `a follower that goes away is forgotten`() async throws {
        let trace = DecisionTrace()
        try await Fixture.serve(trace: trace) { fixture in
            let wire = try Wire(path: fixture.socket)
            wire.send("GET /metamanager/v1/trace?follow=true HTTP/1.1\r\n\r\n")
            #expect(await eventually { trace.followers == 1 })
            wire.close()
            #expect(await eventually { trace.followers == 0 })
        }
    }

    @Test func `an open stream does not hold up the end`() async throws {
        let trace = DecisionTrace()
        let text = Lock("")
        let reader = LoopThread()
        // What is held up is cut when the grace is over, without the last chunk.
        try await Fixture.serve(trace: trace, settings: .test.with(\.shutdownGrace, .seconds(60))) { fixture in
            let wire = try Wire(path: fixture.socket)
            wire.send("GET /metamanager/v1/trace?follow=true HTTP/1.1\r\n\r\n")
            #expect(await eventually { trace.followers == 1 })
            // Read beside the stop: the chunks end in order.
            reader.start {
                let all = wire.read()
                wire.close()
                text.withLock { $0 = all }
            }
        }
        await reader.join()
        #expect(text.withLock { $0 }.hasSuffix("0\r\n\r\n"))
    }

    @Test func `too many connections are turned away`() async throws {
        try await Fixture.serve(settings: .test.with(\.maximumConnections, 2)) { fixture in
            let held = [try Wire(path: fixture.socket), try Wire(path: fixture.socket)]
            for wire in held {
                wire.send("GET /healthz HTTP/1.1\r\n\r\n")
                let text1 = try await fixture.blocking { wire.read(until: "ok") }
                #expect(text1.hasSuffix("ok"))
            }
            let text2 = try await fixture.exchange("GET /healthz HTTP/1.1\r\n\r\n")
            #expect(text2.isEmpty)
            for wire in held { wire.close() }
        }
    }

    @Test func `a daemon that is not there is named`() throws {
        let error = #expect(throws: APIClientError.self) { try APIClient(path: "/tmp/nobody.sock").get("/healthz") }
        #expect(error?.code == .unreachable)
        #expect(error?.description.contains("/tmp/nobody.sock") == true)
    }

    @Test(arguments: ["10.0.0.1:80", "0.0.0.0:80", "nonsense", "127.0.0.1:99999"])
    func `an address that is none, or open to the network, is refused`(address: String) async throws {
        await #expect(throws: ServerError.self) {
            try await Fixture.serve(settings: .test.with(\.address, address)) { _ in }
        }
    }

    @Test func `the token is made once, for its owner alone`() async throws {
        try await Fixture.serve { fixture in
            let path = "\(fixture.folder)/api.token"
            let token = try TokenFile.loadOrMake(path: path)
            #expect(token.utf8.count == 64)
            #expect(try TokenFile.loadOrMake(path: path) == token)
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            chmod(path, 0o644)
            #expect(throws: ServerError.self) { try TokenFile.loadOrMake(path: path) }
        }
    }
}
