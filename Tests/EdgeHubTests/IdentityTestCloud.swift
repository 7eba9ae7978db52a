import Beehive
import Logging
import NIOCore
import NIOPosix
import NodePKI
import TestKit

@testable import EdgeHub

/// An authority, a folder and a clock: all that a node's identity needs in a test.
final class IdentityTestCloud: Sendable {
    static let day: Int64 = 86_400_000
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let threads = NIOThreadPool(numberOfThreads: 1)
    let folder: TemporaryFolder
    let authority: CertificateAuthority
    let time: ManualTime
    let clock: IdentityTestClock
    let start: Int64

    private init() throws {
        folder = try TemporaryFolder()
        start = SystemTime().now().wall / 1000 * 1000
        authority = try CertificateAuthority(
            validity: CertificateValidity(from: start - 2 * Self.day, days: 3650))
        time = ManualTime(start: Moment(wall: start, ticks: 1_000_000_000))
        clock = IdentityTestClock(time: time)
        threads.start()
    }

    static func with(_ body: (IdentityTestCloud) async throws -> Void) async throws {
        let cloud = try IdentityTestCloud()
        var failure: (any Error)?
        do { try await body(cloud) } catch { failure = error }
        try await cloud.group.shutdownGracefully()
        try await cloud.threads.shutdownGracefully()
        if let failure { throw failure }
    }

    var token: String { authority.joinToken(expires: start + Self.day) }
    var validity: CertificateValidity { CertificateValidity(from: start - 2 * Self.day, days: 3650) }

    func serve(
        addresses: [String] = ["127.0.0.1"], dnsNames: [String] = [], script: IdentityTestServer.Script? = nil
    ) async throws -> IdentityTestServer {
        try await IdentityTestServer.start(
            group: group, authority: authority, addresses: addresses, dnsNames: dnsNames, validity: validity,
            script: script ?? { self.answer($0) })
    }

    /// As CloudCore answers.
    func answer(_ request: IdentityTestServer.Request, days: Int64 = 10) -> IdentityTestServer.Reply {
        if request.path == "/ca.crt" { return .answer(200, authority.der) }
        let node = request.headers["nodename"] ?? ""
        if let peer = request.peer {
            guard peer == "system:node:\(node)" else { return .text(401, "request node name is not match") }
        } else {
            let words = (request.headers["authorization"] ?? "").split(separator: " ")
            guard words.count == 2, words[0] == "Bearer",
                (try? authority.verify(bearer: String(words[1]), now: start)) != nil
            else { return .text(401, "token validation failure\nsecond line") }
        }
        guard let asked = try? CertificateRequest(der: request.body),
            let signed = try? authority.clientCertificate(
                for: asked, validity: CertificateValidity(from: time.now().wall, days: days))
        else { return .text(500, "failed to parse csr") }
        return .answer(200, signed.der)
    }

    func settings(url: String?, token: String? = nil) -> IdentitySettings {
        var settings = IdentitySettings(
            caFile: "\(folder.path)/ca/rootCA.crt", certFile: "\(folder.path)/certs/server.crt",
            keyFile: "\(folder.path)/certs/server.key", nodeID: "edge-1")
        settings.httpURL = url
        settings.token = token
        return settings
    }

    var files: CertificateFiles {
        let settings = settings(url: nil)
        return CertificateFiles(caFile: settings.caFile, certFile: settings.certFile, keyFile: settings.keyFile)
    }

    func enrollment(
        url: String, timeout: Duration = .seconds(60)
    ) throws -> Enrollment {
        try Enrollment(url: url, nodeID: "edge-1", timeout: timeout, group: group, time: time)
    }

    func identity(node: String = "edge-1", from notBefore: Int64? = nil, days: Int64 = 10) throws -> Identity {
        let key = KeyPair()
        let facts = try authority.clientCertificate(
            for: CertificateRequest(node: node, key: key),
            validity: CertificateValidity(from: notBefore ?? start, days: days))
        return try CertificateFiles.identity(
            authority: Array(authority.pem.utf8), chain: Array(facts.pem.utf8), key: Array(key.pem.utf8),
            names: ("ca", "certificate", "key"))
    }

    func keeper(
        _ settings: IdentitySettings, onRenewed: @escaping @Sendable (Identity) -> Void = { _ in }
    ) -> IdentityKeeper {
        IdentityKeeper(
            settings: settings, group: group, threads: threads,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, time: time, clock: clock,
            random: { 0.5 }, onRenewed: onRenewed)
    }
}

/// The error of a piece of work, or nil when there is none.
func identityError<Value>(_ work: () async throws -> Value) async -> IdentityError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? IdentityError ?? IdentityError(.answer, "another error: \(error)")
    }
}
