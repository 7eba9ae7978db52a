import Beehive
import Glibc

/// How long the disk takes to make a small write durable: the floor under every ack.
///
/// As SQLite writes its log: some pages over an older log's pages, so that the file does not grow, then `fdatasync`.
final class DiskProbe {
    private static let size = 4 << 20
    private let file: Int32
    private var place = 0
    private let page = [UInt8](repeating: 0x5A, count: 12_288)
    private(set) var latencies: [UInt64] = []

    init(folder: String) throws {
        file = open(folder + "/probe", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchError("cannot make a file in \(folder)") }
        let zeros = [UInt8](repeating: 0, count: Self.size)
        guard pwrite(file, zeros, zeros.count, 0) == zeros.count, fsync(file) == 0 else {
            throw BenchError("cannot write a file in \(folder)")
        }
    }

    deinit { close(file) }

    /// Measures so many writes.
    func measure(_ count: Int) throws {
        for _ in 0..<count {
            let start = SystemTime.ticks()
            guard pwrite(file, page, page.count, place) == page.count, fdatasync(file) == 0 else {
                throw BenchError("the disk does not take a write: \(String(cString: strerror(errno)))")
            }
            latencies.append(SystemTime.ticks() - start)
            place = (place + page.count) % (Self.size - page.count)
        }
    }
}
