#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Why the module socket cannot be served.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the socket, the cause and the cure.
    public let description: String
}

/// The socket's file: made, recognised as stale, and removed.
struct SocketFile {
    let path: String
    private let device: UInt64
    private let inode: UInt64

    /// Binds a stream socket to a path.
    ///
    /// Nobody can connect before `listen`, and the mode is set before that: there is no moment at which the socket is
    /// open to more than it should be.
    ///
    /// - Returns: the file, and the descriptor of the bound socket, which does not listen yet.
    static func make(path: String, mode: UInt32) throws(SocketError) -> (file: SocketFile, descriptor: CInt) {
        let address = try address(of: path)
        try makeParent(of: path)
        try removeStale(path, address)
        let descriptor = try openSocket(path)
        guard call(bind, descriptor, address) == 0 else {
            throw fail(path, "bind", closing: descriptor, cure: "choose another modules.socket.path")
        }
        guard chmod(path, mode_t(mode)) == 0 else {
            let error = fail(path, "set the mode of", closing: descriptor, cure: "choose a folder that has modes")
            unlink(path)
            throw error
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw fail(path, "find", closing: descriptor, cure: "start again") }
        let file = SocketFile(path: path, device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return (file, descriptor)
    }

    /// Removes the file, unless somebody else's lies there by now.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else { return }
        unlink(path)
    }

    /// A socket that nobody listens on is what a crash left; anything else is not ours to remove.
    private static func removeStale(_ path: String, _ address: sockaddr_un) throws(SocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketError(
                description: "\(path) is there and is no socket: remove it, or choose another modules.socket.path")
        }
        let probe = try openSocket(path)
        let result = call(connect, probe, address)
        let cause = errno
        close(probe)
        guard result != 0, cause == ECONNREFUSED || cause == ENOENT else {
            throw SocketError(
                description: "another process listens on \(path): stop it, or choose another modules.socket.path")
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw fail(path, "remove the stale", closing: -1, cure: "check who owns its folder")
        }
    }

    private static func makeParent(of path: String) throws(SocketError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let parent = String(path[..<slash])
        if access(parent, F_OK) == 0 { return }
        try makeParent(of: parent)
        guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
            throw fail(parent, "make the folder", closing: -1, cure: "make it, or choose another modules.socket.path")
        }
    }

    private static func openSocket(_ path: String) throws(SocketError) -> CInt {
        #if canImport(Glibc)
            let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
            let descriptor = socket(AF_UNIX, kind, 0)
        #else
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw fail(path, "open", closing: -1, cure: "raise the limit of open files") }
        return descriptor
    }

    private static func address(of path: String) throws(SocketError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isSet = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard !bytes.isEmpty, bytes.count < room.count, !bytes.contains(0) else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        guard isSet else {
            throw SocketError(
                description: "socket path '\(path)' is empty or longer than 107 bytes: choose a shorter "
                    + "modules.socket.path")
        }
        return address
    }

    private static func call(
        _ function: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt, _ descriptor: CInt, _ address: sockaddr_un
    ) -> CInt {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func fail(_ path: String, _ what: String, closing: CInt, cure: String) -> SocketError {
        let cause = String(cString: strerror(errno))
        if closing >= 0 { close(closing) }
        return SocketError(description: "cannot \(what) \(path): \(cause): \(cure)")
    }
}
