internal import Beehive
internal import Glibc

/// Files through the system's own calls; every error names the file and the cause.
enum PosixFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String
        let code: Int32

        init(_ what: String, _ path: String, code: Int32 = errno) {
            self.code = code
            description = "\(what) \(path): \(String(cString: strerror(code)))"
        }
    }

    /// What tells one state of a file from another.
    struct Stamp: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modified: Int64
        let changed: Int64
        let isFile: Bool
        let isFolder: Bool

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
            isFile = status.st_mode & S_IFMT == S_IFREG
            isFolder = status.st_mode & S_IFMT == S_IFDIR
        }
    }

    /// How a file stands, or what a link leads to; nil when there is nothing.
    static func stamp(_ path: String, following: Bool) -> Stamp? {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        return Stamp(status)
    }

    /// True when a folder's path leads over a link, which may be turned elsewhere without a word to a watcher.
    static func isReachedByLink(_ path: String) -> Bool {
        var at = path.startIndex
        while let slash = path[at...].dropFirst().firstIndex(of: "/") {
            if isLink(String(path[..<slash])) { return true }
            at = slash
        }
        return isLink(path)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The names in a folder, sorted.
    static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure("cannot list", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A file's bytes.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // Not blocking: a pipe among the files must not hold up the others.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Failure("cannot open", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("cannot read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { throw Failure("too large to read:", path, code: EFBIG) }
        }
    }

    /// Replaces a file in one step, making its folders: whoever reads it sees the old or the new one whole.
    static func replace(_ path: String, with bytes: Bytes) throws(Failure) {
        let temporary = path + ".tmp"
        var file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if file < 0, errno == ENOENT {
            try makeFolders(for: path)
            file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        }
        guard file >= 0 else { throw Failure("cannot write", temporary) }
        do throws(Failure) {
            try write(bytes, to: file, path: temporary)
        } catch {
            close(file)
            unlink(temporary)
            throw error
        }
        guard close(file) == 0, rename(temporary, path) == 0 else {
            let failure = Failure("cannot write", path)
            unlink(temporary)
            throw failure
        }
    }

    /// Adds to a file's end, making it and its folders.
    ///
    /// - Returns: the file's size after it.
    @discardableResult
    static func append(_ bytes: Bytes, to path: String) throws(Failure) -> Int {
        var file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if file < 0, errno == ENOENT {
            try makeFolders(for: path)
            file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        }
        guard file >= 0 else { throw Failure("cannot write", path) }
        defer { close(file) }
        try write(bytes, to: file, path: path)
        return Int(lseek(file, 0, SEEK_END))
    }

    private static func write(_ bytes: Bytes, to file: Int32, path: String) throws(Failure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("cannot write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func makeFolders(for path: String) throws(Failure) {
        var at = path.startIndex
        while let slash = path[at...].dropFirst().firstIndex(of: "/") {
            let folder = String(path[..<slash])
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw Failure("cannot make", folder) }
            at = slash
        }
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw Failure("cannot remove", path) }
    }

    static func move(_ path: String, to other: String) throws(Failure) {
        guard rename(path, other) == 0 else { throw Failure("cannot move", path) }
    }
}
