internal import Glibc

/// Replaces files so that a crash at any point leaves the old or the new one whole, on the disk too.
enum SyncedFile {
    /// Called before each step; a test throws here to stand for a crash, which cleans up nothing.
    typealias Checkpoint = @Sendable (_ step: String) throws(IdentityError) -> Void

    static func replace(
        _ path: String, with bytes: [UInt8], checkpoint: Checkpoint
    ) throws(IdentityError) {
        let folder = folder(of: path)
        try makeFolders(folder)
        let temporary = path + ".tmp"
        try checkpoint("write \(temporary)")
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("write", temporary) }
        // One left over from a crash may have another mode.
        guard fchmod(file, 0o600) == 0, write(bytes, to: file) else {
            let failure = failure("write", temporary)
            close(file)
            unlink(temporary)
            throw failure
        }
        do throws(IdentityError) {
            try checkpoint("sync \(temporary)")
        } catch {
            close(file)
            throw error
        }
        guard fsync(file) == 0 else {
            let failure = failure("write", temporary)
            close(file)
            unlink(temporary)
            throw failure
        }
        close(file)
        try checkpoint("rename \(temporary)")
        guard rename(temporary, path) == 0 else {
            let failure = failure("replace", path)
            unlink(temporary)
            throw failure
        }
        try checkpoint("sync \(folder)")
        try sync(folder)
    }

    static func remove(_ path: String, checkpoint: Checkpoint) throws(IdentityError) {
        try checkpoint("remove \(path)")
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
        try checkpoint("sync after the removal of \(path)")
        try sync(folder(of: path))
    }

    private static func sync(_ folder: String) throws(IdentityError) {
        let file = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard file >= 0 else { throw failure("open the folder", folder) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("sync the folder", folder) }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeFolders(_ folder: String) throws(IdentityError) {
        var status = stat()
        guard stat(folder, &status) != 0, errno == ENOENT else { return }
        if folder.contains("/") { try makeFolders(self.folder(of: folder)) }
        // Keys lie in it.
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure("make the folder", folder) }
    }

    private static func failure(_ what: String, _ path: String) -> IdentityError {
        IdentityError(
            .storage,
            "cannot \(what) \(path): \(String(cString: strerror(errno))); the certificates need a writable folder")
    }
}
