internal import Glibc

/// The file itself, before SQLite sees it: what stands at the path, who may read it.
///
/// Nothing here opens an existing file: closing any descriptor of a database drops the locks that SQLite holds on it
/// for the whole process.
enum DatabaseFile {
    /// The path with no links in it: SQLite keeps a log beside the file itself, and so does everything else here.
    static func resolved(_ path: String) -> String {
        func real(_ path: String) -> String? {
            guard let found = realpath(path, nil) else { return nil }
            defer { free(found) }
            return String(cString: found)
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { return path }
        if let file = real(path) { return file }
        guard let name = path.split(separator: "/", omittingEmptySubsequences: false).last, !name.isEmpty,
            let folder = real(folder(of: path))
        else { return path }
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// Checks that a path can be a database, and makes an empty file, closed to other users, where none is.
    static func prepare(_ path: String) throws(StoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "the database's path is empty or holds a zero byte; set meta.database.path")
        }
        var info = stat()
        if stat(path, &info) == 0 {
            try checkKind(info, path)
            // The log and its index get the mode of the file. A file of another owner keeps its mode: opening tells.
            try checkCompanions(path)
            for file in [path, path + "-wal", path + "-shm"] { _ = chmod(file, 0o600) }
            return
        }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw StoreError(.cannotOpen, "cannot open database \(path): \(reason(errno)); check the path")
        }
        let folder = folder(of: path)
        guard stat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(
                .cannotOpen,
                "cannot make database \(path): there is no folder \(folder); make it, writable for this user")
        }
        let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw cannotMake(path, errno) }
        close(file)
        try syncFolder(of: path)
    }

    /// Checks that something stands at a path that can be a database.
    static func check(_ path: String) throws(StoreError) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw StoreError(.cannotOpen, "cannot open database \(path): \(reason(errno)); check the path")
        }
        try checkKind(info, path)
        try checkCompanions(path)
    }

    /// What SQLite keeps beside a database: a link would be followed, and a pipe would never answer.
    private static func checkCompanions(_ path: String) throws(StoreError) {
        for file in ["-wal", "-shm", "-journal"].map({ path + $0 }) {
            var info = stat()
            guard lstat(file, &info) == 0, info.st_mode & S_IFMT != S_IFREG else { continue }
            throw StoreError(.cannotOpen, "cannot open database \(path): \(file) is no regular file; remove it")
        }
    }

    private static func checkKind(_ info: stat, _ path: String) throws(StoreError) {
        let kind = info.st_mode & S_IFMT
        guard kind != S_IFREG else { return }
        let what = kind == S_IFDIR ? "a folder" : "no regular file"
        throw StoreError(.cannotOpen, "cannot open database \(path): it is \(what); name a file in meta.database.path")
    }

    /// Makes an empty file that only this user may read, in the place of one that may be there.
    static func makeEmpty(_ path: String) throws(StoreError) {
        unlink(path)
        let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw cannotMake(path, errno) }
        close(file)
    }

    /// Makes a finished file durable.
    static func sync(_ path: String) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw cannotMake(path, errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw cannotMake(path, errno) }
        try syncFolder(of: path)
    }

    /// Gives a file a name, with the first free number behind it if it is taken.
    ///
    /// - Returns: the name it got.
    static func keep(_ path: String, as name: String) throws(StoreError) -> String {
        var info = stat()
        var free = name
        var number = 0
        while stat(free, &info) == 0 {
            number += 1
            free = "\(name).\(number)"
        }
        guard Glibc.rename(path, free) == 0 else { throw cannotMake(free, errno) }
        try syncFolder(of: free)
        return free
    }

    /// Removes a file; that it is not there is well.
    static func remove(_ path: String) { unlink(path) }

    /// Gives a file another name, in place of one that may have it, and makes that durable.
    static func rename(_ path: String, to name: String) throws(StoreError) {
        guard Glibc.rename(path, name) == 0 else { throw cannotMake(name, errno) }
        try syncFolder(of: name)
    }

    /// The newest name that `keep` gave; nil when there is none.
    static func last(_ name: String) -> String? {
        guard exists(name) else { return nil }
        var number = 0
        while exists("\(name).\(number + 1)") { number += 1 }
        return number == 0 ? name : "\(name).\(number)"
    }

    /// Why the disk would take no new file beside one; 0 when it takes it.
    ///
    /// SQLite tells apart that a write found no room, and little else: what the system said is forgotten on the way.
    static func refusal(beside path: String) -> Int32 {
        let probe = path + ".probe"
        // One that was left behind, or is somebody else's link.
        unlink(probe)
        let file = open(probe, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return errno }
        defer {
            close(file)
            unlink(probe)
        }
        // What the index of a log takes, and some more.
        let zeros = [UInt8](repeating: 0, count: 65_536)
        let count = write(file, zeros, zeros.count)
        return count == zeros.count ? 0 : count < 0 ? errno : ENOSPC
    }

    /// Gives a finished file its name, unless that is taken, and makes it durable.
    static func publish(_ file: String, as path: String) throws(StoreError) {
        if link(file, path) == 0 {
            unlink(file)
        } else {
            // Some file systems know no second names.
            guard errno == EPERM || errno == ENOTSUP, !exists(path), Glibc.rename(file, path) == 0 else {
                throw cannotMake(path, errno)
            }
        }
        try syncFolder(of: path)
    }

    /// Bytes on disk; 0 when there is no such file.
    static func size(_ path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    /// Which file stands at a path; nil when none does.
    static func identity(_ path: String) -> SIMD2<UInt64>? {
        var info = stat()
        return stat(path, &info) == 0 ? [UInt64(info.st_dev), UInt64(info.st_ino)] : nil
    }

    /// True for a regular file that says in its header that it is ours.
    static func isOurs(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var mark: UInt32 = 0
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, pread(file, &mark, 4, 68) == 4 else {
            return false
        }
        return Int64(UInt32(bigEndian: mark)) == Schema.applicationID
    }

    /// True when something stands at the path.
    static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0
    }

    /// A new name survives a power cut only when its folder was written too.
    private static func syncFolder(of path: String) throws(StoreError) {
        let folder = folder(of: path)
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written but not listed cannot be synced; the file in it is sound all the same.
        guard file >= 0 else { return }
        defer { close(file) }
        guard fsync(file) == 0 || errno == EINVAL else { throw cannotMake(path, errno) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Names why a file cannot be made, and the cure.
    static func cannotMake(_ path: String, _ number: Int32) -> StoreError {
        let what = "cannot make file \(path): \(reason(number))"
        return switch number {
        case EACCES, EPERM, EROFS: StoreError(.readOnly, "\(what); make its folder writable for this user")
        case ENOSPC, EDQUOT: StoreError(.full, "\(what); free space on its disk")
        case EIO: StoreError(.io, "\(what); check the disk")
        default: StoreError(.cannotOpen, "\(what); check the path")
        }
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
