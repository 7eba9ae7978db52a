#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The file that holds the API's token.
public enum TokenFile {
    /// Root and the user that this process runs as.
    public static var ownUsers: Set<UInt32> { [0, geteuid()] }

    /// Reads the token, or makes one at the first start: 32 random bytes in hexadecimal, in a file of mode 0600.
    ///
    /// - Parameter path: the file; its folder must exist.
    /// - Returns: the token.
    /// - Throws: `ServerError` that names the file and the cure.
    public static func loadOrMake(path: String) throws(ServerError) -> String {
        if let token = try load(path: path) {
            dropNewline(after: token, path: path)
            return token
        }
        let token = random()
        try make(token, path: path)
        // Another process may have been quicker: what stands in the file counts.
        return try load(path: path) ?? token
    }

    /// Reads the token.
    ///
    /// - Parameter path: the file.
    /// - Returns: nil when there is no such file.
    /// - Throws: `ServerError` that names the file and the cure.
    public static func load(path: String) throws(ServerError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw fail(path, "read", cure: "check who owns it") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ServerError(
                description: "token file \(path) is no plain file; name another in metaserver.auth.token-file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ServerError(description: "token file \(path) can be read by other users; run: chmod 600 \(path)")
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw fail(path, "read", cure: "check the disk") }
        let token = String(decoding: buffer[..<count].filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
        guard token.utf8.count >= 16 else {
            throw ServerError(
                description: "token file \(path) holds less than 16 characters; remove it and a new one is made")
        }
        return token
    }

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for _ in 0..<32 {
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Written under another name and linked into place: a start that is cut off leaves no half token.
    private static func make(_ token: String, path: String) throws(ServerError) {
        let draft = "\(path).new.\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fail(path, "make", cure: "make its folder, writable for this program") }
        defer {
            close(descriptor)
            unlink(draft)
        }
        // No newline: there are clients that send the file as it is.
        let bytes = Array(token.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw fail(path, "write", cure: "free space on its disk")
        }
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw fail(path, "make", cure: "choose a file system that has hard links")
        }
    }

    /// Cuts off the newline with which earlier releases ended the file; where that cannot be, most clients still read it.
    private static func dropNewline(after token: String, path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size == token.utf8.count + 1 else { return }
        truncate(path, off_t(token.utf8.count))
    }

    private static func fail(_ path: String, _ what: String, cure: String) -> ServerError {
        let cause = String(cString: strerror(errno))
        return ServerError(description: "cannot \(what) token file \(path): \(cause); \(cure)")
    }
}
