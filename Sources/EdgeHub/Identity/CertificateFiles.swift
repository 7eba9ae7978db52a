internal import Glibc
internal import NIOSSL
internal import NodePKI

/// The three files of the node's identity.
///
/// Key and certificate are two files, and no rename replaces two. So a new identity is first written whole into one
/// file, `<keyfile>.next`: its rename is the instant at which the new identity holds. Only then the files are replaced
/// one by one, and `.next` goes last. Whoever loads finds `.next` after a crash, completes the work, and never sees a
/// key without its certificate.
struct CertificateFiles: Sendable {
    let caFile: String
    let certFile: String
    let keyFile: String
    private let checkpoint: SyncedFile.Checkpoint

    /// No file that is read is larger.
    private static let limit = 1 << 20

    init(
        caFile: String, certFile: String, keyFile: String,
        checkpoint: @escaping SyncedFile.Checkpoint = { _ throws(IdentityError) in }
    ) {
        self.caFile = caFile
        self.certFile = certFile
        self.keyFile = keyFile
        self.checkpoint = checkpoint
    }

    private var nextFile: String { keyFile + ".next" }

    /// Reads the identity, whatever its dates; completes a store that was cut off.
    func load() throws(IdentityError) -> Identity {
        if let pending = try pending() {
            // It holds already; what a full or read-only disk keeps from being completed is left to the next load.
            try? complete(pending)
            return pending
        }
        return try Self.identity(
            authority: read(caFile, "CA", key: "cafile"), chain: read(certFile, "certificate", key: "certfile"),
            key: read(keyFile, "key", key: "keyfile"), names: (caFile, certFile, keyFile))
    }

    /// Stores an identity; after an error or a crash the next `load` gives this one or the one before.
    func store(_ identity: Identity) throws(IdentityError) {
        try SyncedFile.replace(nextFile, with: IdentityBundle.encode(identity), checkpoint: checkpoint)
        try complete(identity)
    }

    private func complete(_ identity: Identity) throws(IdentityError) {
        // The authority may be a file that the operator keeps read-only: the same bytes are not written again.
        if (try? PosixFile.read(caFile, limit: Self.limit)) != identity.authority {
            try SyncedFile.replace(caFile, with: identity.authority, checkpoint: checkpoint)
        }
        try SyncedFile.replace(keyFile, with: identity.key, checkpoint: checkpoint)
        try SyncedFile.replace(certFile, with: identity.chain, checkpoint: checkpoint)
        try SyncedFile.remove(nextFile, checkpoint: checkpoint)
    }

    private func pending() throws(IdentityError) -> Identity? {
        guard let bytes = try? PosixFile.read(nextFile, limit: 4 * Self.limit) else { return nil }
        // Its rename came after its sync, so one that cannot be used was not written by this program.
        guard let parts = IdentityBundle.decode(bytes),
            let identity = try? Self.identity(
                authority: parts.authority, chain: parts.chain, key: parts.key, names: (nextFile, nextFile, nextFile))
        else {
            try SyncedFile.remove(nextFile, checkpoint: checkpoint)
            return nil
        }
        return identity
    }

    private func read(_ path: String, _ what: String, key: String) throws(IdentityError) -> [UInt8] {
        do throws(PosixFile.Failure) {
            return try PosixFile.read(path, limit: Self.limit)
        } catch {
            let isAbsent = error.code == ENOENT || error.code == ENOTDIR
            throw IdentityError(
                isAbsent ? .missing : .files,
                "no \(what): \(error) (edgehub.websocket.\(key))")
        }
    }

    /// Checks that the three fit together.
    static func identity(
        authority: [UInt8], chain: [UInt8], key: [UInt8], names: (authority: String, chain: String, key: String)
    ) throws(IdentityError) -> Identity {
        let facts: CertificateFacts
        do {
            let blocks = try PEMText.blocks(["CERTIFICATE"], in: String(decoding: authority, as: UTF8.self))
            for block in blocks { _ = try CertificateFacts(der: block) }
            guard isReadable(authority) else { throw UnreadablePEM() }
        } catch {
            throw IdentityError(.files, "\(names.authority): \(error); the CA's certificate in PEM is needed")
        }
        do {
            facts = try CertificateFacts(pem: String(decoding: chain, as: UTF8.self))
            guard isReadable(chain) else { throw UnreadablePEM() }
        } catch {
            throw IdentityError(.files, "\(names.chain): \(error); the node's certificate in PEM is needed")
        }
        guard (try? NIOSSLPrivateKey(bytes: key, format: .pem)) != nil else {
            throw IdentityError(.files, "\(names.key): no readable private key; it is needed in PEM, not encrypted")
        }
        let identity = Identity(authority: authority, chain: chain, key: key, facts: facts)
        do {
            // The TLS library compares key and certificate, of whatever kind they are.
            _ = try NIOSSLContext(configuration: identity.makeTLSConfiguration())
        } catch {
            throw IdentityError(
                .files, "the key \(names.key) does not fit the certificate \(names.chain); put a matching pair there")
        }
        return identity
    }

    /// The TLS library is stricter than the reader of facts.
    private static func isReadable(_ pem: [UInt8]) -> Bool {
        (try? NIOSSLCertificate.fromPEMBytes(pem))?.isEmpty == false
    }
}

private struct UnreadablePEM: Error, CustomStringConvertible {
    let description = "not readable as PEM certificates"
}
