import Glibc

/// A folder on a disk that may lose its power.
struct PowerDisk: Sendable {
    /// The layer, as `swift build --product FaultyDisk` makes it.
    let library: String
    /// Where the daemon keeps its files.
    let folder: String
    private let journal: String
    private let copy: String
    private let control: String
    /// True: syncs are not noted, as if the disk lied.
    let isLying: Bool

    init(library: String, in parent: String, isLying: Bool) throws(CrashError) {
        guard access(library, R_OK) == 0 else {
            throw CrashError("there is no \(library): run swift build --product FaultyDisk")
        }
        self.library = library
        self.isLying = isLying
        folder = parent + "/disk"
        control = parent + "/faults"
        journal = parent + "/journal"
        copy = parent + "/copy"
        for path in [folder, journal, copy] where mkdir(path, 0o700) != 0 {
            throw CrashError("cannot make folder \(path)")
        }
    }

    /// What a program under the layer gets into its environment.
    ///
    /// - Parameters:
    ///   - cut: the change of the disk in whose middle the power fails; nil: none by itself.
    ///   - syncTime: how long a sync takes, in milliseconds, so that a kill finds something that is not synced.
    /// - Returns: `KEY=VALUE`.
    /// - Throws: `CrashError` when the control file cannot be written.
    func environment(cut: Int?, syncTime: Int) throws(CrashError) -> [String] {
        guard let file = fopen(control, "w") else { throw CrashError("cannot write \(control)") }
        fputs("slow=\(syncTime)\n", file)
        fclose(file)
        var lines = ["LD_PRELOAD=\(library)", "FAULTYDISK_FOLDER=\(folder)", "FAULTYDISK_JOURNAL=\(journal)"]
        lines.append("FAULTYDISK_CONTROL=\(control)")
        if isLying { lines.append("FAULTYDISK_LIE=1") }
        if let cut { lines.append("FAULTYDISK_CUT_AT=\(cut)") }
        return lines
    }

    /// Applies what the power cut may have done, and begins a new journal.
    ///
    /// - Returns: how many sectors were not synced, and how many of them were lost or torn.
    func losePower(_ random: SeededRandom) throws(CrashError) -> (touched: Int, dropped: Int) {
        var random = random
        var loss = PowerLoss(try DiskJournal(Self.read(journal + "/journal")), random: random)
        let index = Self.paths(in: folder).values.first { $0.hasSuffix("-shm") }
        try loss.apply(to: Self.paths(in: folder).merging(Self.paths(in: journal)) { first, _ in first })
        // Nothing is ever promised about the index of the log.
        if let index {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: unlink(index)
            case 1: truncate(index, 0)
            default: break
            }
        }
        for path in Self.paths(in: journal).values { unlink(path) }
        return (loss.touched, loss.dropped)
    }

    /// Copies the database for the witness, which would empty its log.
    func copyDatabase(_ name: String) throws(CrashError) -> String {
        for end in ["", "-wal", "-shm"] {
            unlink("\(copy)/\(name)\(end)")
            guard end != "-shm", access("\(folder)/\(name)\(end)", F_OK) == 0 else { continue }
            guard system("cp '\(folder)/\(name)\(end)' '\(copy)/\(name)\(end)'") == 0 else {
                throw CrashError("cannot copy the database")
            }
        }
        return "\(copy)/\(name)"
    }

    /// The files of a folder by their numbers.
    private static func paths(in folder: String) -> [UInt64: String] {
        var paths: [UInt64: String] = [:]
        guard let directory = opendir(folder) else { return paths }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var info = stat()
            guard lstat("\(folder)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
            paths[UInt64(info.st_ino)] = "\(folder)/\(name)"
        }
        return paths
    }

    private static func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(info.st_size) + 1) { buffer, count in
            var taken = 0
            while taken < buffer.count - 1,
                case let more = Glibc.read(file, buffer.baseAddress?.advanced(by: taken), buffer.count - 1 - taken),
                more > 0
            {
                taken += more
            }
            count = taken
        }
    }
}
