internal import Glibc

/// The files of a backup, before and after SQLite writes them.
enum BackupFile {
    /// Makes a folder, with those above it; only its owner may look inside.
    static func makeFolder(_ folder: String) throws(StoreError) {
        guard !folder.isEmpty, access(folder, F_OK) != 0 else { return }
        if let slash = folder.lastIndex(of: "/") { try makeFolder(String(folder[..<slash])) }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw cannotMake("folder \(folder)", errno) }
    }

    /// Refuses a name that is taken, a relative one, and one whose folder is not there.
    static func requireFree(_ path: String) throws(StoreError) {
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "'\(path)' is no absolute path of a file; name one")
        }
        var info = stat()
        guard lstat(path, &info) != 0 else { throw taken(path) }
        guard stat(folder(of: path), &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.cannotOpen, "cannot make file \(path): there is no such folder; make it first")
        }
    }

    /// Gives a finished file its name; what has that name already stays.
    static func claim(_ unfinished: String, as path: String) throws(StoreError) {
        if link(unfinished, path) == 0 {
            unlink(unfinished)
            return
        }
        guard errno != EEXIST else { throw taken(path) }
        // Sticks and cards have file systems without links.
        guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK else {
            throw cannotMake("file \(path)", errno)
        }
        guard !DatabaseFile.exists(path) else { throw taken(path) }
        guard rename(unfinished, path) == 0 else { throw cannotMake("file \(path)", errno) }
    }

    /// Removes what an attempt left behind.
    static func remove(_ unfinished: String) {
        unlink(unfinished)
        unlink(unfinished + "-journal")
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func taken(_ path: String) -> StoreError {
        StoreError(.cannotOpen, "\(path) is there already and is not overwritten; name another file, or remove it")
    }

    private static func cannotMake(_ what: String, _ number: Int32) -> StoreError {
        let cause = "cannot make \(what): \(String(cString: strerror(number)))"
        return switch number {
        case EACCES, EPERM, EROFS: StoreError(.readOnly, "\(cause); make its folder writable for this user")
        case ENOSPC, EDQUOT: StoreError(.full, "\(cause); free space on its disk")
        case EIO: StoreError(.io, "\(cause); check the disk")
        default: StoreError(.cannotOpen, "\(cause); check the path")
        }
    }
}
