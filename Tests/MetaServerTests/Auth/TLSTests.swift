import Beehive
import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NodePKI
import TestKit
import Testing

@testable import MetaServer

/// The API's TLS: what it is served with, and how that changes while it serves.
struct TLSTests {
    private final class Folder: Sendable {
        let path: String

        init() throws {
            var template = Array("/tmp/metaserver-tls.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw ServerError(description: "no folder for the test") }
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        deinit {
            for name in ["api-ca.crt", "api-ca.key", "tls.crt", "tls.key"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }

        func text(_ name: String) throws -> String {
            String(decoding: try SmallFile.load("\(path)/\(name)") ?? [], as: UTF8.self)
        }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let start = TokenMaker.now * 1000
    private static let day: Int64 = 86_400_000

    private func own(_ folder: Folder, time: ManualTime) throws -> APICertificates {
        try APICertificates(
            source: .selfSigned(folder: folder.path, host: "edge-1", address: "127.0.0.1"), time: time,
            logger: Self.quiet)
    }

    /// Connects as a client that trusts some CA and calls the server by a name; gives the answer to one request.
    private func ask(port: Int, authority: String, name: String?) async throws -> String {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        if name == nil { configuration.certificateVerification = .noHostnameVerification }
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: name))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n"))
            var all = ByteBuffer()
            // The server may end its side before the last read.
            do { for try await part in inbound { all.writeImmutableBuffer(part) } } catch NIOSSLError.uncleanShutdown {}
            return String(buffer: all)
        }
    }

    private func serve(
        _ certificates: APICertificates, _ body: @Sendable @escaping (Fixture) async throws -> Void
    ) async throws {
        try await Fixture.serve(tls: certificates, body)
    }

    @Test func `the address speaks TLS with a certificate of the own CA, under each of its names`() async throws {
        let folder = try Folder()
        let certificates = try own(folder, time: ManualTime(start: SystemTime().now()))
        let authority = try folder.text("api-ca.crt")
        try await serve(certificates) { fixture in
            for name in ["localhost", "edge-1", nil] {
                let answer = try await ask(port: fixture.port, authority: authority, name: name)
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(name ?? "-")")
            }
            let stranger = try CertificateAuthority(validity: .init(from: SystemTime().now().wall, days: 1)).pem
            await #expect(throws: (any Error).self) {
                try await ask(port: fixture.port, authority: stranger, name: "localhost")
            }
            // Plain HTTP is told that it is wrong here, and the Unix socket speaks nothing else.
            let plain = try await fixture.exchange(
                "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", network: true)
            #expect(plain.hasPrefix("HTTP/1.1 400") && !plain.contains("ok"))
            let local = try await fixture.get("/livez")
            #expect(local.status == 200)
        }
    }

    @Test func `the CA stays over restarts, its key is the owner's alone`() throws {
        let folder = try Folder()
        let time = ManualTime(start: Moment(wall: Self.start, ticks: 1))
        _ = try own(folder, time: time)
        let first = try folder.text("api-ca.crt")
        time.advance(by: .seconds(86_400 * 300))
        _ = try own(folder, time: time)
        #expect(try folder.text("api-ca.crt") == first)
        for (name, mode) in [("api-ca.key", mode_t(0o600)), ("api-ca.crt", 0o644)] {
            var status = stat()
            #expect(stat("\(folder.path)/\(name)", &status) == 0)
            #expect(status.st_mode & 0o777 == mode, "\(name)")
        }
        chmod("\(folder.path)/api-ca.key", 0o644)
        #expect(throws: ServerError.self) { try own(folder, time: time) }
        chmod("\(folder.path)/api-ca.key", 0o600)
        // A key without its certificate, after a crash: both are made again.
        try SmallFile.replace("\(folder.path)/api-ca.key", with: Array(KeyPair().pem.utf8), mode: 0o600)
        _ = try own(folder, time: time)
        #expect(try folder.text("api-ca.crt") != first)
        // At the end of its life too.
        let second = try folder.text("api-ca.crt")
        time.advance(by: .seconds(86_400 * 3600))
        _ = try own(folder, time: time)
        #expect(try folder.text("api-ca.crt") != second)
    }

    @Test func `the certificate is exchanged at 70 to 90 % of its life, and the listener stays`() async throws {
        let folder = try Folder()
        let now = SystemTime().now()
        let time = ManualTime(start: now)
        let certificates = try own(folder, time: time)
        let authority = try folder.text("api-ca.crt")
        let end = certificates.notAfter
        // Certificates keep whole seconds.
        #expect((end - now.wall + 1000) / Self.day == SelfSigned.servingDays)
        try await serve(certificates) { fixture in
            for day in [1, 30, 61] as [Int64] {
                time.setWall(now.wall + day * Self.day)
                certificates.refresh()
                #expect(certificates.notAfter == end, "day \(day)")
            }
            time.setWall(now.wall + 83 * Self.day)
            certificates.refresh()
            #expect(certificates.notAfter > end)
            let renewed = certificates.notAfter
            // The clock of this test runs ahead, so that a client of today finds the new certificate not valid yet.
            await #expect(throws: (any Error).self) {
                try await ask(port: fixture.port, authority: authority, name: "localhost")
            }
            time.setWall(now.wall)
            certificates.refresh()
            #expect(certificates.notAfter < renewed)
            let answer = try await ask(port: fixture.port, authority: authority, name: "localhost")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
        for share in [0, 0.5, 1] {
            let at = ServerCertificate.renewal(notBefore: 1000, notAfter: 2000, share: share)
            #expect((1700...1900).contains(at))
        }
    }

    @Test func `files are read again when they change, and what is broken is not taken`() async throws {
        let folder = try Folder()
        let now = SystemTime().now().wall
        let authority = try CertificateAuthority(validity: .init(from: now - Self.day, days: 30))
        @Sendable func write(days: Int64) throws {
            let key = KeyPair()
            let facts = try authority.serverCertificate(
                dnsNames: ["localhost"], publicKeyOf: key, validity: .init(from: now - Self.day, days: days))
            try SmallFile.replace("\(folder.path)/tls.key", with: Array(key.pem.utf8), mode: 0o600)
            try SmallFile.replace("\(folder.path)/tls.crt", with: Array(facts.pem.utf8), mode: 0o644)
        }
        try write(days: 5)
        let source = APICertificates.Source.files(
            certificate: "\(folder.path)/tls.crt", key: "\(folder.path)/tls.key")
        let certificates = try APICertificates(source: source, logger: Self.quiet)
        let first = certificates.notAfter
        try await serve(certificates) { fixture in
            try write(days: 7)
            certificates.refresh()
            #expect(certificates.notAfter == first + 2 * Self.day)
            // A key of another certificate, as between the two copies of an operator.
            try SmallFile.replace("\(folder.path)/tls.key", with: Array(KeyPair().pem.utf8), mode: 0o600)
            certificates.refresh()
            #expect(certificates.notAfter == first + 2 * Self.day)
            let answer = try await ask(port: fixture.port, authority: authority.pem, name: "localhost")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            try write(days: 9)
            certificates.refresh()
            #expect(certificates.notAfter == first + 4 * Self.day)
        }
        chmod("\(folder.path)/tls.key", 0o640)
        #expect(throws: ServerError.self) { try APICertificates(source: source, logger: Self.quiet) }
        unlink("\(folder.path)/tls.key")
        #expect(throws: ServerError.self) { try APICertificates(source: source, logger: Self.quiet) }
    }

    @Test func `key files hold public keys and certificates, several in one, and nothing else`() throws {
        let folder = try Folder()
        let path = "\(folder.path)/tls.crt"
        let makers = try ["RS256", "ES256", "ES384"].map { try TokenMaker($0) }
        let authority = try CertificateAuthority(validity: .init(from: Self.start, days: 1))
        func load(_ text: String) throws -> [VerificationKey] {
            try SmallFile.replace(path, with: Array(text.utf8), mode: 0o644)
            return try KeyFiles.load([path])
        }
        let keys = try #require(try? load((makers.map(\.publicPEM) + [authority.pem]).joined(separator: "\n")))
        try #require(keys.count == 4)
        #expect(try keys.prefix(3).map(\.identifier) == makers.map { try $0.verification.identifier })
        #expect(keys[3].fits(.es256))
        for text in [
            "", "hello", authority.key.pem, makers[0].publicPEM.replacing("A", with: "B"),
            Array(repeating: makers[1].publicPEM, count: 33).joined(separator: "\n"),
        ] {
            #expect(throws: ServerError.self) { try load(text) }
        }
        #expect(throws: ServerError.self) { try KeyFiles.load(["\(folder.path)/none"]) }
    }

    @Test func `a client that speaks plain HTTP is told so`() async throws {
        let folder = try Folder()
        let certificates = try own(folder, time: ManualTime(start: SystemTime().now()))
        let authority = try folder.text("api-ca.crt")
        try await serve(certificates) { fixture in
            let answer = try await fixture.exchange("GET /api HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", network: true)
            #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("https://"), "\(answer)")
            let other = try await ask(port: fixture.port, authority: authority, name: "localhost")
            #expect(other.hasPrefix("HTTP/1.1 200"))
        }
    }
}
