/// The pages of a database and its log, read without SQLite: whatever they hold, a page is bytes or nil.
final class RawFile {
    private let file: RawReader
    private let logFile: RawReader?
    let log: RawLog
    let pageSize: Int
    /// The part of each page that holds rows.
    let usable: Int
    /// How many pages there may be.
    let pageCount: UInt32
    /// The first page's header, which may hold anything.
    let header: RawBytes
    /// Whether the header is that of a database.
    let hasHeader: Bool

    private static let magic = Array("SQLite format 3\0".utf8)

    /// Opens a file and its log.
    ///
    /// - Returns: nil when there is none that could be read.
    init?(_ path: String) {
        guard let file = RawReader(path) else { return nil }
        self.file = file
        logFile = RawReader(path + "-wal")
        let own = RawBytes(bytes: file.read(0, 100))
        let named = own.big16(16).map { $0 == 1 ? 65_536 : $0 }
        let isNamed = named.map(Self.isPageSize) ?? false
        let size =
            isNamed && own.bytes.starts(with: Self.magic)
            ? named ?? 4096 : logFile.flatMap(RawLog.pageSize) ?? Self.guess(file)
        pageSize = size
        log = logFile.map { RawLog($0, pageSize: size) } ?? RawLog()
        let first = log.pages[1].flatMap { [logFile] at in logFile?.read(at, 100) }
        header = first.map { RawBytes(bytes: $0) } ?? own
        hasHeader = header.bytes.starts(with: Self.magic)
        let reserved = Int(header.byte(20) ?? 0)
        usable = hasHeader && size - reserved >= 480 ? size - reserved : size
        // The file's own count is not trusted: what stands behind it is looked at too.
        let inFile = file.size / size + (file.size % size == 0 ? 0 : 1)
        pageCount = max(UInt32(clamping: inFile), min(log.pageCount, UInt32(clamping: inFile + log.pages.count)))
    }

    static func isPageSize(_ size: Int) -> Bool { (512...65_536).contains(size) && size & (size - 1) == 0 }

    /// The page size at which most pages look like pages of rows.
    private static func guess(_ file: RawReader) -> Int {
        let end = min(file.size, 1 << 24)
        var best = (size: 4096, pages: 0)
        // At half the true size the same pages are found, but those whose rows begin too far behind; at twice, half of them.
        for size in [65_536, 32_768, 16_384, 8192, 4096, 2048, 1024, 512] {
            let pages = stride(from: size, to: end, by: size).count { at in
                let head = RawBytes(bytes: file.read(at, 8))
                guard [2, 5, 10, 13].contains(head.byte(0) ?? 0), let cells = head.big16(3), let content = head.big16(5)
                else { return false }
                return cells > 0 && cells < size / 4 && content >= 8 + 2 * cells && content <= size
            }
            if pages > best.pages { best = (size, pages) }
        }
        return best.size
    }

    /// A page as it was last committed; shorter where the file ends early.
    func page(_ number: UInt32) -> RawBytes? {
        guard number > 0, number <= pageCount else { return nil }
        if let at = log.pages[number], let logFile { return RawBytes(bytes: logFile.read(at, pageSize)) }
        let bytes = file.read((Int(number) - 1) * pageSize, pageSize)
        return bytes.isEmpty ? nil : RawBytes(bytes: bytes)
    }

    /// `PRAGMA application_id`.
    var applicationID: UInt32? { hasHeader ? header.big32(68) : nil }

    /// True for a page that only says where others belong.
    func isPointerMap(_ number: UInt32) -> Bool {
        guard hasHeader, header.big32(52) ?? 0 > 0, number >= 2 else { return false }
        return (Int(number) - 2) % (usable / 5 + 1) == 0
    }

    /// The pages that are not in use, as far as the list of them can be followed.
    func freePages() -> Set<UInt32> {
        guard hasHeader, var trunk = header.big32(32), let total = header.big32(36), total < pageCount else {
            return []
        }
        var free: Set<UInt32> = []
        while trunk > 0, trunk <= pageCount, free.insert(trunk).inserted, let page = page(trunk) {
            guard let next = page.big32(0), let count = page.big32(4), count <= usable / 4 else { return free }
            for index in 0..<Int(count) {
                guard let leaf = page.big32(8 + 4 * index), leaf > 0, leaf <= pageCount else { return free }
                free.insert(leaf)
            }
            trunk = next
        }
        // A list that holds more than is free is no list: nothing is left out by it.
        return free.count > Int(total) ? [] : free
    }
}
