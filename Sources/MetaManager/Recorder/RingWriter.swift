internal import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Writes the segments; used by the recorder's thread alone.
///
/// Nothing is synced: a killed process loses nothing of what it wrote, a power cut the last half minute, and the flash
/// memory is written once, when the system sees fit.
struct RingWriter {
    let folder: String
    /// The most bytes of all segments.
    let limit: Int
    private var file: CInt = -1
    private var path = ""
    private var size = 0
    private var older: [RingFolder.Segment] = []
    private var buffer: [UInt8] = []
    private(set) var written: UInt64 = 0
    /// Lines that were put into this segment.
    private var lines = 0
    /// True when a line had no room: nothing more is taken before there is a new segment.
    private(set) var isCut = false

    /// The size at which a segment is full.
    var segmentSize: Int { max(limit / 8, 8 << 10) }

    /// About how large the file is with what is not written yet.
    var isFull: Bool { file < 0 || isCut || size + buffer.count >= segmentSize }

    /// True when there is no file to write to.
    var isClosed: Bool { file < 0 }

    /// True when not another line may be written before there is a new segment.
    var isOverfull: Bool { isCut || size + buffer.count >= 2 * segmentSize }

    init(folder: String, limit: Int) {
        self.folder = folder
        self.limit = max(limit, FlightRecorder.smallest)
    }

    /// Begins a segment; the oldest ones go as far as there must be room.
    ///
    /// - Returns: its number, or why it cannot be made.
    mutating func begin() -> Result<Int, RecordFault> {
        if let problem = end() { return .failure(problem) }
        if let obstacle = RingFolder.prepare(folder) { return .failure(RecordFault(obstacle)) }
        older = RingFolder.segments(folder)
        var number = (older.last?.number ?? 0) + 1
        // A file of that name that is none of ours stays where it is.
        for _ in 0..<1000 {
            path = RingFolder.path(folder, number)
            file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if file >= 0 || errno != EEXIST { break }
            number += 1
        }
        guard file >= 0 else { return .failure(failure("cannot be made")) }
        (size, lines, isCut) = (0, 0, false)
        makeRoom(for: segmentSize)
        return .success(number)
    }

    /// Puts a line behind the others; it is written with the next `flush`, or when many wait.
    ///
    /// One that makes the segment longer than twice its size is left out, with all that follow: a batch is many lines, and
    /// all segments together have a limit. The head and a checkpoint stand in every segment, unless there is no room for
    /// them at all.
    ///
    /// - Returns: why it could not be written; nil when it could.
    mutating func append(_ line: [UInt8]) -> RecordFault? {
        let length = size + buffer.count + RingFolder.sumLength + 2 + line.count
        if length > (lines < 2 ? limit : 2 * segmentSize) { isCut = true }
        guard !isCut else { return nil }
        lines += 1
        buffer += RingFolder.sum(line)
        buffer.append(0x20)
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        return buffer.count >= 64 << 10 ? flush() : nil
    }

    /// Writes what waits.
    mutating func flush() -> RecordFault? {
        guard !buffer.isEmpty else { return nil }
        guard file >= 0 else {
            buffer = []
            return nil
        }
        makeRoom(for: buffer.count)
        var start = 0
        while start < buffer.count {
            let count = buffer[start...].withUnsafeBytes { bytes in
                #if canImport(Musl)
                    Musl.write(file, bytes.baseAddress, bytes.count)
                #else
                    Glibc.write(file, bytes.baseAddress, bytes.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure("cannot be written")
                // A line that is half there would only be counted as torn.
                ftruncate(file, off_t(size))
                buffer = []
                close()
                return failure
            }
            start += count
        }
        size += buffer.count
        written += UInt64(buffer.count)
        buffer.removeAll(keepingCapacity: buffer.count < 256 << 10)
        return nil
    }

    /// Writes what waits and closes the segment.
    mutating func end() -> RecordFault? {
        let problem = flush()
        close()
        return problem
    }

    /// Takes no more; what waits is given up.
    mutating func close() {
        if file >= 0 { _ = closeFile(file) }
        file = -1
        buffer = []
    }

    private func closeFile(_ file: CInt) -> CInt {
        #if canImport(Musl)
            Musl.close(file)
        #else
            Glibc.close(file)
        #endif
    }

    private mutating func makeRoom(for more: Int) {
        var total = older.reduce(size + more) { $0 + $1.bytes }
        while let first = older.first, total > limit || older.count >= RingFolder.segmentLimit {
            unlink(first.path)
            total -= first.bytes
            older.removeFirst()
        }
    }

    private func failure(_ what: String) -> RecordFault {
        RecordFault("the flight record \(path) \(what): \(String(cString: strerror(errno)))")
    }
}
