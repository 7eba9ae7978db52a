internal import Glibc

/// Which pages of a write-ahead log count, found without SQLite.
///
/// A frame is taken when its sum is right, reckoned from the sum that stands in the frame before it: what follows a
/// damaged frame was committed too, and is not given up for it. Nothing behind the last frame that ends a transaction counts.
struct RawLog {
    /// Where the newest content of a page begins in the log.
    private(set) var pages: [UInt32: Int] = [:]
    /// The database's pages after the last transaction; 0 when there is none.
    private(set) var pageCount: UInt32 = 0
    /// The page size that the log's header names; nil when it is none.
    private(set) var pageSize: Int?
    /// Frames that were left out because they were damaged.
    private(set) var damagedFrames = 0

    static let headerSize = 32
    static let frameHeaderSize = 24

    init() {}

    /// The page size that a log's header names.
    static func pageSize(_ file: RawReader) -> Int? {
        RawBytes(bytes: file.read(0, headerSize)).big32(8).flatMap { RawFile.isPageSize(Int($0)) ? Int($0) : nil }
    }

    /// Looks through a log.
    init(_ file: RawReader, pageSize: Int) {
        let header = RawBytes(bytes: file.read(0, Self.headerSize))
        guard header.count == Self.headerSize, let magic = header.big32(0), let first = header.big32(24),
            let second = header.big32(28)
        else { return }
        let isBig = magic == 0x377F_0683
        let own = Self.sum(header.bytes[0..<24], isBig: isBig, from: (0, 0))
        let frameSize = Self.frameHeaderSize + pageSize
        // A damaged header still has a first frame, of the newest turn of the log, whose salts say which frames belong.
        let start = RawBytes(bytes: file.read(Self.headerSize, Self.frameHeaderSize))
        let salts =
            own == (first, second) ? (header.big32(16), header.big32(20)) : (start.big32(8), start.big32(12))
        var seed = (first, second)
        var pending: [UInt32: Int] = [:]
        var pendingDamage = 0
        var at = Self.headerSize
        while at <= file.size - frameSize {
            let frame = RawBytes(bytes: file.read(at, frameSize))
            defer { at += frameSize }
            guard frame.count == frameSize, let page = frame.big32(0), let end = frame.big32(4),
                let one = frame.big32(16), let two = frame.big32(20)
            else { return }
            let isOwn = frame.big32(8) == salts.0 && frame.big32(12) == salts.1
            let head = Self.sum(frame.bytes[0..<8], isBig: isBig, from: seed)
            let sum = Self.sum(frame.bytes[Self.frameHeaderSize...], isBig: isBig, from: head)
            seed = (one, two)
            guard isOwn, page > 0, sum == (one, two) else {
                if isOwn { pendingDamage += 1 }
                continue
            }
            pending[page] = at + Self.frameHeaderSize
            guard end > 0 else { continue }
            pages.merge(pending) { $1 }
            pageCount = end
            damagedFrames += pendingDamage
            (pending, pendingDamage) = ([:], 0)
        }
        damagedFrames += pendingDamage
    }

    /// The sum of SQLite's log over whole pairs of words.
    private static func sum(
        _ bytes: ArraySlice<UInt8>, isBig: Bool, from seed: (UInt32, UInt32)
    ) -> (UInt32, UInt32) {
        bytes.withUnsafeBytes { bytes in
            var (one, two) = seed
            var at = 0
            while at + 8 <= bytes.count {
                let left = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                let right = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                one = one &+ (isBig ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ two
                two = two &+ (isBig ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ one
                at += 8
            }
            return (one, two)
        }
    }
}
