internal import Glibc
internal import MetaStore

/// Held while the daemon runs, so that no second one works on the same database: each would plan on what the other
/// changes behind its back.
///
/// A file of its own beside the database: closing a descriptor of the database itself would drop SQLite's locks. The
/// kernel lets go of it when the process ends, however it ends.
package final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; does not wait.
    ///
    /// When another process has it, `cure` says what helps besides ending that one.
    package init(
        database: String, otherwise cure: String = "choose another meta.database.path"
    ) throws(DaemonError) {
        // The same file by another name is the same database.
        let path = StorePath.resolved(database) + ".lock"
        let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        var info = stat()
        guard file >= 0, fstat(file, &info) == 0 else {
            let number = errno
            let cure =
                switch number {
                case ENOSPC, EDQUOT: "free space on its disk"
                case ELOOP: "it is a link: remove it"
                default: "make its folder writable for this user"
                }
            throw DaemonError(
                code: number == ENOSPC || number == EDQUOT ? 74 : 73,
                "cannot make lock file \(path): \(String(cString: strerror(number))); \(cure)")
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw DaemonError(code: 73, "lock file \(path) is no regular file; remove it")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            let holder = Self.holder(file)
            close(file)
            guard cause == EWOULDBLOCK else {
                let cause = String(cString: strerror(cause))
                throw DaemonError(code: 74, "cannot lock \(path): \(cause); use a file system that has locks")
            }
            throw DaemonError(
                code: 73,
                "another metamanager\(holder) works on database \(database): stop it, or \(cure)")
        }
        let text = Array("\(getpid())\n".utf8)
        // For people only: without it the lock holds all the same.
        if ftruncate(file, 0) == 0 { _ = pwrite(file, text, text.count, 0) }
        descriptor = file
    }

    deinit { close(descriptor) }

    private static func holder(_ file: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "" : " (pid \(String(decoding: digits, as: UTF8.self)))"
    }
}
