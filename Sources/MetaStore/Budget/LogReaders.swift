internal import Beehive
internal import Glibc

/// Who reads a database now: SQLite's readers hold locks on the log's index, which the kernel lists with their owners.
///
/// The index itself is never opened here: closing it would drop this process's own locks on it.
enum LogReaders {
    /// The bytes of the index that stand for readers: behind those of the writer, the checkpointer and the recovery.
    private static var readerBytes: ClosedRange<Int> { 123...127 }

    /// The processes that hold a reader's lock, each once, as words for people; this one only if no other does.
    ///
    /// - Parameter index: the log's index, `<database>-shm`.
    /// - Returns: none when nobody reads, or when the kernel does not tell.
    static func find(_ index: String) -> [String] {
        var info = stat()
        guard stat(index, &info) == 0 else { return [] }
        let pids = Set(owners(in: read("/proc/locks"), inode: UInt64(info.st_ino)))
        let foreign = pids.subtracting([getpid()]).sorted()
        guard foreign.isEmpty else { return foreign.map { "process \($0) (\(name(of: $0)))" } }
        return pids.isEmpty ? [] : ["this program itself"]
    }

    /// Reads lines such as `4: POSIX  ADVISORY  READ 71 08:01:1311 124 124`.
    static func owners(in table: String, inode: UInt64) -> [pid_t] {
        table.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            // One that waits for its lock has an arrow behind its number.
            guard words.count == 8, words[1] == "POSIX", words[3] == "READ",
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode, let start = Int(words[6]),
                let end = Int(words[7]), start >= readerBytes.lowerBound, end <= readerBytes.upperBound
            else { return nil }
            return pid_t(words[4]).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    private static func name(of pid: pid_t) -> String {
        let name = read("/proc/\(pid)/comm")
        return name.isEmpty ? "of another user" : OneLine.of(String(name.filter { $0 != "\n" }), limit: 32)
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        // A table of a machine with very many locks is read as far as that.
        while bytes.count < 1 << 20 {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
