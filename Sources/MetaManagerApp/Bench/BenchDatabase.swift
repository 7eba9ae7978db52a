internal import CLinux
internal import Glibc
internal import MetaStore

/// The database of a run and its key: made anew, and only ever in the place of those that a bench made.
///
/// A file beside them says which were made by a bench: by their number on the disk and the time they were made, so that
/// a file that was put in their place since is a stranger's.
struct BenchDatabase {
    /// The database.
    let path: String
    private let lock: DatabaseLock

    private static let title = "metamanager bench made these files, and may replace them"
    private static let cure = "name another file with --database"
    private var mark: String { path + ".bench" }

    /// Takes the place of what a bench left.
    ///
    /// - Throws: `BenchError`, before anything is changed, when something else is there, is in use, or is to be read.
    init(path: String, reading inputs: [BenchInput]) throws(BenchError) {
        self.path = path
        try Self.refuseInputs(inputs, path)
        // Before the lock too: a lock file is not for the files of others.
        try Self.requireOwn(path)
        do throws(DaemonError) {
            lock = try DatabaseLock(database: path, otherwise: Self.cure)
        } catch {
            throw BenchError(code: error.code, error.description)
        }
        try Self.requireOwn(path)
        for suffix in ["", "-wal", "-shm", "-journal", ".key", ".bench"] { unlink(path + suffix) }
        try Self.make(path, [])
        try Self.make(path + ".key", KeyEncryptionKey().fileContent)
        let lines = [Self.title] + ["", ".key"].compactMap { Self.identity(path, $0) }
        try Self.make(mark, Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Holds the lock until here.
    func close() { withExtendedLifetime(lock) {} }

    private static func refuseInputs(_ inputs: [BenchInput], _ path: String) throws(BenchError) {
        for input in inputs {
            var read = stat()
            guard stat(input.path, &read) == 0 else { continue }
            for suffix in ["", "-wal", "-shm", "-journal", ".key", ".bench", ".lock"] {
                var info = stat()
                guard stat(path + suffix, &info) == 0, info.st_dev == read.st_dev, info.st_ino == read.st_ino else {
                    continue
                }
                throw .usage("\(input.option) \(input.path) is the file that --database would replace: \(cure)")
            }
        }
    }

    /// Refuses what no bench made.
    private static func requireOwn(_ path: String) throws(BenchError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .usage("--database has no name: \(cure)") }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var info = stat()
        let place = path.utf8.contains(UInt8(ascii: "/")) ? folder + "/" : "."
        guard stat(place, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw .cannotCreate("cannot make database \(path): there is no folder \(place); make it, or \(cure)")
        }
        let marks = try marks(of: path)
        for suffix in ["", ".key"] {
            guard lstat(path + suffix, &info) == 0 else { continue }
            guard info.st_mode & S_IFMT != S_IFDIR else { throw .cannotCreate("\(path)\(suffix) is a folder: \(cure)") }
            guard let own = identity(path, suffix), marks.contains(own) else { throw stranger(path + suffix) }
        }
        // What SQLite keeps beside a database belongs to it, and to nobody without it.
        guard lstat(path, &info) != 0 else { return }
        for suffix in ["-wal", "-shm", "-journal"] where lstat(path + suffix, &info) == 0 {
            throw stranger(path + suffix)
        }
    }

    private static func stranger(_ path: String) -> BenchError {
        .cannotCreate("\(path) is there and was not made by a bench, which would destroy it: \(cure), or move it away")
    }

    /// The lines of the file that tells what a bench made; empty when there is none.
    private static func marks(of path: String) throws(BenchError) -> [String] {
        let mark = path + ".bench"
        var info = stat()
        guard lstat(mark, &info) == 0 else { return [] }
        guard info.st_mode & S_IFMT == S_IFREG, info.st_size < 4096, var reader = try? LineReader(path: mark) else {
            throw stranger(mark)
        }
        defer { reader.close() }
        var lines: [String] = []
        while let line = try? reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        guard lines.first == title else { throw stranger(mark) }
        return lines
    }

    /// What tells a file from any that has its name later; nil when it is no regular file.
    private static func identity(_ path: String, _ suffix: String) -> String? {
        var info = stat()
        guard lstat(path + suffix, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        let role = suffix.isEmpty ? "database" : "key"
        return "\(role) \(info.st_dev) \(info.st_ino) \(clinux_birth(path + suffix))"
    }

    private static func make(_ path: String, _ content: [UInt8]) throws(BenchError) {
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        let isWritten = file >= 0 && write(file, content, content.count) == content.count
        let number = errno
        if file >= 0 { Glibc.close(file) }
        guard isWritten else {
            throw .cannotCreate(
                "cannot make \(path): \(String(cString: strerror(number))); make its folder writable, or \(cure)")
        }
    }
}
