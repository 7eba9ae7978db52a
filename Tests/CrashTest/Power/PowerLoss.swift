import Glibc

/// Does to the files what a power cut may do: of all that was not synced, each sector of 512 bytes is kept, dropped or torn,
/// sizes and names are kept or dropped.
struct PowerLoss {
    private static let sector = 512

    /// How a file is treated as a whole; chance for each sector alone would hardly ever keep or drop all.
    private enum Manner: CaseIterable {
        case keepAll
        case dropAll
        case cutOff
        case bySector
        case torn
    }

    private let journal: DiskJournal
    private var random: SeededRandom
    private(set) var dropped = 0
    private(set) var touched = 0

    init(_ journal: DiskJournal, random: SeededRandom) {
        self.journal = journal
        self.random = random
    }

    /// Applies the loss.
    ///
    /// - Parameter paths: by file number, where the file is now.
    /// - Throws: `CrashError` when a file cannot be changed.
    mutating func apply(to paths: [UInt64: String]) throws(CrashError) {
        for (number, changes) in journal.changes.sorted(by: { $0.key < $1.key }) {
            guard let path = paths[number] else { continue }
            let file = open(path, O_RDWR | O_CLOEXEC)
            guard file >= 0 else { throw CrashError("cannot open \(path)") }
            defer { close(file) }
            try lose(changes, in: file)
        }
        for (_, changes) in journal.names.sorted(by: { $0.key < $1.key }) { loseNames(changes) }
    }

    private mutating func lose(_ changes: [DiskJournal.Change], in file: Int32) throws(CrashError) {
        var info = stat()
        guard fstat(file, &info) == 0 else { throw CrashError("cannot look at a file") }
        var size = Int(info.st_size)
        let manner = Manner.allCases.randomElement(using: &random) ?? .bySector
        // What the whole file has got to, where its sectors are not left to chance.
        let progress =
            switch manner {
            case .keepAll: changes.count
            case .dropAll: 0
            default: Int.random(in: 0...changes.count, using: &random)
            }
        let sizes = changes.map(\.size) + [size]
        let kept = Bool.random(using: &random) ? sizes[progress] : sizes.randomElement(using: &random) ?? size
        if kept != size, ftruncate(file, kept) != 0 { throw CrashError("cannot change a file's size") }
        size = kept
        var sectors: [Int: [Int]] = [:]
        for (index, change) in changes.enumerated() where change.length > 0 {
            for sector in change.offset / Self.sector...(change.offset + change.length - 1) / Self.sector {
                sectors[sector, default: []].append(index)
            }
        }
        for (sector, indices) in sectors.sorted(by: { $0.key < $1.key }) {
            var keep = progress
            if manner == .bySector || manner == .torn { keep = indices.randomElement(using: &random) ?? 0 }
            if manner != .keepAll, Int.random(in: 0..<4, using: &random) == 0 { keep = changes.count }
            touched += 1
            if indices.contains(where: { $0 >= keep }) { dropped += 1 }
            let start = sector * Self.sector
            for index in indices.reversed() where index >= keep {
                // A torn sector has got its first bytes.
                let isTorn = manner == .torn && index == keep
                let from = start + (isTorn ? Int.random(in: 0...Self.sector, using: &random) : 0)
                try undo(changes[index], in: file, from: from, to: min(start + Self.sector, size))
            }
        }
    }

    /// Puts back what stood in a part of a file before a change.
    private func undo(_ change: DiskJournal.Change, in file: Int32, from: Int, to: Int) throws(CrashError) {
        let (from, to) = (max(from, change.offset), min(to, change.offset + change.length))
        guard from < to else { return }
        var bytes = [UInt8](repeating: 0, count: to - from)
        for index in bytes.indices {
            let place = from + index - change.offset
            if place < change.before.count { bytes[index] = change.before[change.before.startIndex + place] }
        }
        guard pwrite(file, bytes, bytes.count, off_t(from)) == bytes.count else {
            throw CrashError("cannot put a sector back")
        }
    }

    /// Folders are written in order: what is lost are the last changes.
    private mutating func loseNames(_ changes: [DiskJournal.NameChange]) {
        let kept = [0, changes.count, Int.random(in: 0...changes.count, using: &random)].randomElement(using: &random)
        for change in changes[(kept ?? 0)...].reversed() {
            switch change {
            case .made(let path): unlink(path)
            case .removed(let path, let kept): link(kept, path)
            case .renamed(let path, let new): if access(path, F_OK) != 0 { rename(new, path) }
            }
        }
    }
}
