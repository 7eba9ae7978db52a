import Beehive
import Glibc
import NIOSSL
import NodePKI
import TestKit
import Testing

@testable import EdgeHub

@Suite("Identity: files")
struct IdentityFilesTests {
    @Test("what is stored is loaded again, and only its owner may read it")
    func roundTrip() async throws {
        try await IdentityTestCloud.with { cloud in
            let identity = try cloud.identity()
            try cloud.files.store(identity)
            let loaded = try cloud.files.load()
            #expect(loaded.chain == identity.chain)
            #expect(loaded.key == identity.key)
            #expect(loaded.authority == identity.authority)
            for path in [cloud.files.caFile, cloud.files.certFile, cloud.files.keyFile] {
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
            }
            #expect(try PosixFile.names(in: "\(cloud.folder.path)/certs") == ["server.crt", "server.key"])
        }
    }

    @Test("a crash at any step of a store leaves the old identity or the new one, never a mixture")
    func crashes() async throws {
        try await IdentityTestCloud.with { cloud in
            let old = try cloud.identity()
            let new = try cloud.identity()
            var step = 0
            var sawOld = false
            var sawNew = false
            while true {
                try cloud.files.store(old)
                let counter = CrashAt(step)
                let crashing = counter.files(like: cloud.files)
                let error = await identityError { try crashing.store(new) }
                guard error != nil else { break }
                // The start after it may crash as well, at any of its own steps.
                var second = 0
                while true {
                    let again = CrashAt(second)
                    let loaded = try again.files(like: cloud.files).load()
                    #expect(loaded.key == old.key || loaded.key == new.key, "\(counter.name) then \(again.name)")
                    if !again.didCrash { break }
                    second += 1
                }
                let loaded = try cloud.files.load()
                let isOld = loaded.key == old.key
                #expect(loaded.chain == (isOld ? old.chain : new.chain), "\(counter.name)")
                #expect(PosixFile.stamp(cloud.files.keyFile + ".next", following: false) == nil)
                sawOld = sawOld || isOld
                sawNew = sawNew || !isOld
                step += 1
            }
            // Four steps for each of three files (the CA stays), and two for the removal.
            #expect(step == 14)
            #expect(sawOld && sawNew)
        }
    }

    @Test("a crash at any step of the first store leaves nothing or the whole")
    func firstCrashes() async throws {
        try await IdentityTestCloud.with { cloud in
            let new = try cloud.identity()
            var step = 0
            while true {
                for path in [cloud.files.caFile, cloud.files.certFile, cloud.files.keyFile] { unlink(path) }
                let counter = CrashAt(step)
                let crashing = counter.files(like: cloud.files)
                let error = await identityError { try crashing.store(new) }
                guard error != nil else { break }
                let after = await identityError {
                    let loaded = try cloud.files.load()
                    #expect(loaded.key == new.key)
                }
                #expect(after == nil || after?.code == .missing, "\(counter.name): \(String(describing: after))")
                step += 1
            }
            #expect(step == 18)
        }
    }

    @Test("a broken file of a cut store is put aside")
    func brokenNext() async throws {
        try await IdentityTestCloud.with { cloud in
            let identity = try cloud.identity()
            try cloud.files.store(identity)
            let next = cloud.files.keyFile + ".next"
            for text in ["", "# key\n", "# key\n# certificate\n# ca\n# end\n"] {
                try PosixFile.replace(next, with: Bytes(text.utf8))
                #expect(try cloud.files.load().key == identity.key)
                #expect(PosixFile.stamp(next, following: false) == nil)
            }
        }
    }

    @Test(
        "what is wrong with a file is said, with its name",
        arguments: [
            ("certs/server.crt", nil, "No such file", IdentityError.Code.missing),
            ("certs/server.key", nil, "server.key: No such file", .missing),
            ("ca/rootCA.crt", nil, "edgehub.websocket.cafile", .missing),
            ("certs/server.crt", "junk", "server.crt: no PEM block CERTIFICATE", .files),
            ("ca/rootCA.crt", "junk", "rootCA.crt: no PEM block CERTIFICATE", .files),
            ("certs/server.key", "junk", "no readable private key", .files),
            ("certs/server.key", KeyPair().pem, "does not fit the certificate", .files),
        ] as [(String, String?, String, IdentityError.Code)])
    func wrong(file: String, text: String?, cause: String, code: IdentityError.Code) async throws {
        try await IdentityTestCloud.with { cloud in
            try cloud.files.store(cloud.identity())
            if let text { try cloud.folder.write(file, text) } else { try cloud.folder.remove(file) }
            let error = await identityError { try cloud.files.load() }
            #expect(error?.code == code)
            #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
        }
    }

    @Test("dates are told apart, within an hour's tolerance at the start")
    func dates() async throws {
        try await IdentityTestCloud.with { cloud in
            let identity = try cloud.identity()
            #expect(identity.problem(now: cloud.start) == nil)
            #expect(identity.problem(now: cloud.start - 3_600_000) == nil)
            #expect(identity.problem(now: cloud.start - 3_600_001)?.code == .notYetValid)
            #expect(identity.problem(now: identity.notAfter) == nil)
            #expect(identity.problem(now: identity.notAfter + 1)?.code == .expired)
        }
    }

    @Test("the TLS settings demand 1.2, verify in full, and speak the one suite of KubeEdge 1.2")
    func suites() async throws {
        try await IdentityTestCloud.with { cloud in
            let tls = try cloud.identity().makeTLSConfiguration()
            #expect(tls.minimumTLSVersion == .tlsv12)
            #expect(tls.certificateVerification == .fullVerification)
            #expect(tls.cipherSuiteValues.contains(.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
            #expect(tls.cipherSuiteValues.contains(.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256))
        }
    }

    @Test("an identity prints no key")
    func silent() async throws {
        try await IdentityTestCloud.with { cloud in
            let identity = try cloud.identity()
            var dumped = ""
            dump(identity, to: &dumped)
            for text in ["\(identity)", String(reflecting: identity), dumped] { #expect(!text.contains("45, 45")) }
        }
    }
}

/// Stands for a crash at the n-th step: nothing after it happens, not even cleaning up.
private final class CrashAt: Sendable {
    private let state: Lock<(left: Int, name: String?)>

    init(_ step: Int) { state = Lock((step, nil)) }

    var name: String { state.withLock { $0.name ?? "no crash" } }
    var didCrash: Bool { state.withLock { $0.name != nil } }

    func files(like other: CertificateFiles) -> CertificateFiles {
        CertificateFiles(caFile: other.caFile, certFile: other.certFile, keyFile: other.keyFile) {
            (step) throws(IdentityError) in
            let isHere = self.state.withLock { state in
                guard state.name == nil else { return true }
                state.left -= 1
                if state.left < 0 { state.name = step }
                return state.left < 0
            }
            if isHere { throw IdentityError(.storage, "crash") }
        }
    }
}
