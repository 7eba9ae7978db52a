#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Small files of keys and certificates: read with a bound, replaced whole.
enum SmallFile {
    /// No such file is larger.
    static let limit = 256 << 10

    /// What tells that a file is another than before.
    struct Mark: Hashable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    /// Reads a file; nil when there is none.
    ///
    /// Nobody but the owner may be able to read a secret one.
    static func load(_ path: String, isSecret: Bool = false) throws(ServerError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw fail("cannot read \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ServerError(description: "\(path) is no plain file; name another")
        }
        guard !isSecret || status.st_mode & 0o077 == 0 else {
            throw ServerError(description: "\(path) can be read by other users; run: chmod 600 \(path)")
        }
        guard status.st_size <= limit else {
            throw ServerError(description: "\(path) is larger than \(limit) bytes; it is no file of keys")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= limit {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw fail("cannot read \(path)") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        throw ServerError(description: "\(path) grows while it is read; it is no file of keys")
    }

    /// Replaces a file by a whole new one: whoever reads sees the old bytes or the new ones.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(ServerError) {
        let draft = "\(path).new.\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw fail("cannot make \(path)") }
        defer { unlink(draft) }
        // Beside the mask of the process: the mode is the point.
        let isWritten =
            write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, mode) == 0
            && fsync(descriptor) == 0
        let failure = fail("cannot write \(path)")
        close(descriptor)
        guard isWritten else { throw failure }
        guard rename(draft, path) == 0 else { throw fail("cannot replace \(path)") }
    }

    /// What a file looks like from outside; nil when there is none.
    static func mark(_ path: String) -> Mark? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Mark(
            inode: status.st_ino, size: status.st_size, seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }

    private static func fail(_ what: String) -> ServerError {
        ServerError(description: "\(what): \(String(cString: strerror(errno))); check its owner and its folder")
    }
}
