#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The API's Unix socket: bound, recognised as stale, and removed.
struct UnixListener: Sendable {
    let path: String
    /// Bound, but not listening yet.
    let descriptor: CInt
    private let device: UInt64
    private let inode: UInt64

    /// Binds the socket; nobody can connect before it listens, and by then only its owner may.
    init(path: String) throws(ServerError) {
        guard var address = UnixAddress.make(path) else {
            throw ServerError(
                description:
                    "socket path '\(path)' is empty or longer than 107 bytes: choose a shorter metaserver.socket")
        }
        try Self.removeStale(path, &address)
        let descriptor = UnixAddress.openSocket(isBlocking: false)
        guard descriptor >= 0 else { throw Self.fail(path, "open", cure: "raise the limit of open files") }
        self.path = path
        self.descriptor = descriptor
        guard UnixAddress.call(bind, descriptor, &address) == 0 else {
            let error = Self.fail(path, "bind", cure: "make its folder, writable for this program")
            close(descriptor)
            throw error
        }
        var status = stat()
        guard chmod(path, 0o600) == 0, lstat(path, &status) == 0 else {
            let error = Self.fail(path, "set the mode of", cure: "choose a folder that has modes")
            close(descriptor)
            unlink(path)
            throw error
        }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Removes the file, unless somebody else's lies there by now.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else { return }
        unlink(path)
    }

    /// A socket that nobody listens on is what a crash left; anything else is not ours to remove.
    private static func removeStale(_ path: String, _ address: inout sockaddr_un) throws(ServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ServerError(
                description: "\(path) is there and is no socket: remove it, or choose another metaserver.socket")
        }
        let probe = UnixAddress.openSocket(isBlocking: false)
        guard probe >= 0 else { throw fail(path, "open", cure: "raise the limit of open files") }
        let result = UnixAddress.call(connect, probe, &address)
        let cause = errno
        close(probe)
        guard result != 0, cause == ECONNREFUSED || cause == ENOENT else {
            throw ServerError(
                description: "another process listens on \(path): stop it, or choose another metaserver.socket")
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw fail(path, "remove the stale", cure: "check who owns its folder")
        }
    }

    private static func fail(_ path: String, _ what: String, cure: String) -> ServerError {
        ServerError(description: "cannot \(what) API socket \(path): \(String(cString: strerror(errno))); \(cure)")
    }
}

/// Addresses of Unix sockets, as the system calls want them.
enum UnixAddress {
    static func make(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isSet = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard !bytes.isEmpty, bytes.count < room.count, !bytes.contains(0) else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        return isSet ? address : nil
    }

    static func openSocket(isBlocking: Bool) -> CInt {
        #if canImport(Glibc)
            let stream = CInt(SOCK_STREAM.rawValue)
            let flags = CInt(SOCK_CLOEXEC.rawValue) | (isBlocking ? 0 : CInt(SOCK_NONBLOCK.rawValue))
        #else
            let stream = SOCK_STREAM
            let flags = SOCK_CLOEXEC | (isBlocking ? 0 : SOCK_NONBLOCK)
        #endif
        return socket(AF_UNIX, stream | flags, 0)
    }

    static func call(
        _ function: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt, _ descriptor: CInt, _ address: inout sockaddr_un
    ) -> CInt {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// What the kernel says of the process at the other end of a Unix socket.
struct PeerCredentials: Sendable {
    var process: Int32 = 0
    var user: UInt32 = .max
    var group: UInt32 = .max

    /// The name of the socket option that gives them.
    static var option: CInt { CInt(SO_PEERCRED) }
}
