#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Why a Unix socket cannot be had.
package struct UnixSocketError: Error, CustomStringConvertible {
    /// One line that names the socket, the cause and the cure.
    package let description: String
}

/// A listener's Unix socket: made, recognised as stale, and removed.
package struct UnixSocketFile: Sendable {
    /// Where it lies.
    package let path: String
    /// Bound, but not listening yet.
    package let descriptor: CInt
    private let device: UInt64
    private let inode: UInt64

    /// Binds a stream socket to a path, whose missing folders are made for the owner alone.
    ///
    /// Nobody can connect before `listen`, and the mode is set before that: there is no moment at which the socket is
    /// open to more than it should be.
    ///
    /// - Parameters:
    ///   - path: where it is to lie.
    ///   - mode: its file mode.
    ///   - setting: the key of the configuration that names the path, for errors.
    /// - Throws: `UnixSocketError`.
    package init(path: String, mode: UInt32, setting: String) throws(UnixSocketError) {
        let maker = Maker(path: path, setting: setting)
        let address = try maker.address()
        try maker.makeParent(of: path)
        try maker.removeStale(address)
        descriptor = try maker.open()
        guard UnixAddress.call(bind, descriptor, address) == 0 else {
            throw maker.fail("bind", closing: descriptor, cure: "choose another \(setting)")
        }
        guard chmod(path, mode_t(mode)) == 0 else {
            let error = maker.fail("set the mode of", closing: descriptor, cure: "choose a folder that has modes")
            unlink(path)
            throw error
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw maker.fail("find", closing: descriptor, cure: "start again")
        }
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Removes the file, unless somebody else's lies there by now.
    package func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else { return }
        unlink(path)
    }
}

/// The steps to a bound socket.
private struct Maker {
    let path: String
    let setting: String

    func address() throws(UnixSocketError) -> sockaddr_un {
        guard let address = UnixAddress.make(path) else {
            throw UnixSocketError(
                description: "socket path '\(path)' is empty or longer than 107 bytes: choose a shorter \(setting)")
        }
        return address
    }

    func makeParent(of path: String) throws(UnixSocketError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let parent = String(path[..<slash])
        if access(parent, F_OK) == 0 { return }
        try makeParent(of: parent)
        guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
            throw fail("make the folder", parent, cure: "make it, or choose another \(setting)")
        }
    }

    /// A socket that nobody listens on is what a crash left; anything else is not ours to remove.
    func removeStale(_ address: sockaddr_un) throws(UnixSocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw UnixSocketError(
                description: "\(path) is there and is no socket: remove it, or choose another \(setting)")
        }
        let probe = try open()
        let result = UnixAddress.call(connect, probe, address)
        let cause = errno
        close(probe)
        guard result != 0, cause == ECONNREFUSED || cause == ENOENT else {
            throw UnixSocketError(
                description: "another process listens on \(path): stop it, or choose another \(setting)")
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw fail("remove the stale", cure: "check who owns its folder")
        }
    }

    func open() throws(UnixSocketError) -> CInt {
        let descriptor = UnixAddress.openSocket(isBlocking: false)
        guard descriptor >= 0 else { throw fail("open", cure: "raise the limit of open files") }
        return descriptor
    }

    /// The error of the system call that was just made.
    func fail(_ what: String, _ place: String? = nil, closing descriptor: CInt = -1, cure: String) -> UnixSocketError {
        let cause = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        return UnixSocketError(description: "cannot \(what) \(place ?? path): \(cause): \(cure)")
    }
}
