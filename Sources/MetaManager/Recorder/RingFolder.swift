internal import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The files of a flight record: a folder of numbered segments, the oldest of which goes when there is no room.
///
/// Each line of a segment is eight digits that sum it up, a space, and JSON; what a crash tore is told by its sum.
/// Only files of this program's own making are ever removed.
enum RingFolder {
    static let suffix = ".flight"
    /// The most segments; many restarts make many small ones.
    static let segmentLimit = 64
    /// What every segment of ours begins with, behind the sum of its first line.
    static let mark = Array(#"{"record":{"format":"#.utf8)
    static let sumLength = 8

    /// One segment.
    struct Segment: Sendable, Hashable {
        let number: Int
        let path: String
        let bytes: Int
    }

    /// The sum of a line: FNV-1a, folded; it tells torn lines, not forged ones.
    static func sum(_ line: some Sequence<UInt8>) -> [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in line { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let folded = UInt32(truncatingIfNeeded: hash ^ hash >> 32)
        return (0..<8).map { place in
            let digit = UInt8(truncatingIfNeeded: folded >> UInt32(28 - 4 * place)) & 15
            return digit < 10 ? 48 + digit : 87 + digit
        }
    }

    static func path(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return folder + "/" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + suffix
    }

    /// Makes the folder if it is not there.
    ///
    /// - Returns: why it cannot be used, with the cure; nil when it can.
    static func prepare(_ folder: String) -> String? {
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            return "trace.path \(folder) cannot be made: \(String(cString: strerror(errno)))"
        }
        var about = stat()
        guard lstat(folder, &about) == 0 else {
            return "trace.path \(folder) cannot be looked at: \(String(cString: strerror(errno)))"
        }
        guard about.st_mode & S_IFMT == S_IFDIR else {
            return "trace.path \(folder) is no folder; it is left as it is: name another place"
        }
        guard about.st_uid == geteuid() else {
            return "trace.path \(folder) belongs to another user; give it to this program's, or name another place"
        }
        guard about.st_mode & 0o022 == 0 else {
            return "trace.path \(folder) can be written by others; chmod 700 it, or name another place"
        }
        return nil
    }

    /// The segments, oldest first; other files are passed over.
    static func segments(_ folder: String) -> [Segment] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [Segment] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(suffix), let number = Int(name.dropLast(suffix.count)), number > 0 else { continue }
            let path = folder + "/" + name
            guard path == Self.path(folder, number), let bytes = ownBytes(path) else { continue }
            found.append(Segment(number: number, path: path, bytes: bytes))
        }
        return found.sorted { $0.number < $1.number }
    }

    /// The size of a file that this program made; nil for any other.
    private static func ownBytes(_ path: String) -> Int? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var about = stat()
        guard fstat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { return nil }
        // One that a crash left empty is ours by its name.
        if about.st_size == 0 { return 0 }
        var head = [UInt8](repeating: 0, count: sumLength + 1 + mark.count)
        let count = read(file, &head, head.count)
        guard count == head.count, head[(sumLength + 1)...].elementsEqual(mark) else { return nil }
        return Int(about.st_size)
    }

    /// What of a file is lines of JSON that are whole.
    ///
    /// - Parameters:
    ///   - path: a segment.
    ///   - place: where to begin; what is in the midst of a line there counts as torn.
    ///   - body: gets each line, and nil for each that was torn; false ends it.
    /// - Returns: false when the file cannot be read.
    @discardableResult
    static func lines(of path: String, from place: Int = 0, _ body: (Bytes?) -> Bool) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        if place > 0, lseek(file, place, SEEK_SET) < 0 { return false }
        var lines = RingLines()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Self.fill(&chunk, from: file)
            if count <= 0 { break }
            guard lines.take(chunk[..<count], body) else { return true }
        }
        lines.finish(body)
        return true
    }

    static func fill(_ chunk: inout [UInt8], from file: CInt) -> Int {
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            return count
        }
    }
}

/// Parts a segment into lines; nil stands for what has no right sum.
struct RingLines {
    private var rest: [UInt8] = []
    /// A line that is longer than any of ours is being passed over.
    private var isPassing = false

    /// Takes the next bytes; false when the body has had enough.
    mutating func take(_ bytes: ArraySlice<UInt8>, _ body: (Bytes?) -> Bool) -> Bool {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest.isEmpty ? bytes[start..<end] : (rest + bytes[start..<end])[...]
            rest.removeAll(keepingCapacity: true)
            start = end + 1
            let json = isPassing ? nil : Self.json(line)
            isPassing = false
            if !body(json) { return false }
        }
        rest += bytes[start...]
        if rest.count > RecordLines.lineLimit + 64 {
            isPassing = true
            rest = []
        }
        return true
    }

    /// What has no end was torn by a crash.
    mutating func finish(_ body: (Bytes?) -> Bool) {
        if !rest.isEmpty || isPassing { _ = body(nil) }
        rest = []
    }

    private static func json(_ line: ArraySlice<UInt8>) -> Bytes? {
        let head = RingFolder.sumLength
        guard line.count > head + 1, line[line.startIndex + head] == 0x20 else { return nil }
        let json = line.dropFirst(head + 1)
        return line.prefix(head).elementsEqual(RingFolder.sum(json)) ? json : nil
    }
}
