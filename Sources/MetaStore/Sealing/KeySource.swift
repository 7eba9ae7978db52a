internal import Glibc

/// Where the key-encryption key of a database is kept.
public enum KeySource: Sendable, Hashable {
    /// A file that only its owner may read; made at the first start.
    case file(String)
    /// A credential that systemd hands over in a folder; never made here.
    case credential(name: String, folder: String?)

    /// How errors call it.
    var name: String {
        switch self {
        case .file(let path): "key file \(path)"
        case .credential(let name, _): "credential '\(name)'"
        }
    }

    /// Reads the key.
    ///
    /// - Parameter making: whether a file that is not there is made.
    /// - Returns: the key.
    /// - Throws: `StoreError` that names the source, the cause and the cure, and tells nothing of the key.
    func load(making: Bool) throws(StoreError) -> KeyEncryptionKey {
        switch self {
        case .credential(let name, let folder):
            guard let folder else {
                throw Self.failure(
                    "credential '\(name)' is not there: CREDENTIALS_DIRECTORY is not set",
                    "run under systemd with LoadCredential=\(name):… or LoadCredentialEncrypted=")
            }
            return try read(folder + "/" + name, guarded: false)
        case .file(let path):
            if making, access(path, F_OK) != 0, errno == ENOENT { return try make(path) }
            return try read(path, guarded: true)
        }
    }

    private func read(_ path: String, guarded: Bool) throws(StoreError) -> KeyEncryptionKey {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else {
            throw Self.failure(
                "cannot read \(name): \(String(cString: strerror(errno)))",
                "put the key back in its place, or name it in meta.encryption.key-file (a command on a file: --key-file), and start again"
            )
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw Self.failure("\(name) is no regular file", "name a file in meta.encryption.key-file")
        }
        if guarded, info.st_mode & 0o077 != 0 {
            let mode = String(info.st_mode & 0o777, radix: 8)
            throw Self.failure("\(name) is open to other users (mode \(mode))", "chmod 600 \(path)")
        }
        guard !guarded || info.st_uid == geteuid() || info.st_uid == 0 else {
            throw Self.failure("\(name) belongs to another user (\(info.st_uid))", "chown it to the daemon's user")
        }
        var content = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(file, &content, content.count)
        guard count >= 0, let key = KeyEncryptionKey(Array(content.prefix(count))) else {
            throw Self.failure(
                "\(name) holds no key", "it has to hold 64 hex digits, or 32 bytes: restore it from a copy")
        }
        return key
    }

    /// Makes a key file that is whole or not there, whatever happens meanwhile.
    private func make(_ path: String) throws(StoreError) -> KeyEncryptionKey {
        let key = KeyEncryptionKey()
        let temporary = "\(path).\(getpid()).part"
        func failed(_ number: Int32) -> StoreError {
            unlink(temporary)
            return Self.failure(
                "cannot make \(name): \(String(cString: strerror(number)))",
                "make its folder writable for the daemon's user, or name another in meta.encryption.key-file")
        }
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failed(errno) }
        let content = key.fileContent
        let isWritten =
            fchmod(file, 0o600) == 0 && write(file, content, content.count) == content.count && fsync(file) == 0
        let number = errno
        close(file)
        guard isWritten else { throw failed(number) }
        // No rename: it would replace a key that somebody put there meanwhile.
        guard link(temporary, path) == 0 else {
            guard errno == EEXIST else { throw failed(errno) }
            unlink(temporary)
            return try read(path, guarded: true)
        }
        unlink(temporary)
        let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may not be listed cannot be synced; values are sealed all the same.
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
        return key
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func failure(_ cause: String, _ cure: String) -> StoreError {
        StoreError(.keyMissing, "\(cause); \(cure)")
    }
}
