internal import Beehive
internal import Glibc

/// Keeps long work of SQLite gentle: it rests as long as it works, and what it writes goes to the disk bit by bit.
///
/// Without that the disk would get all of a copy at once, at its end, and the commits of the daemon would stand behind it.
final class Pace {
    /// Bytes after which the file is synced.
    private static let part = 4 << 20
    private static let work: UInt64 = 10_000_000
    private static let longestRest: UInt64 = 50_000_000

    private let isCancelled: () -> Bool
    private let rests: Bool
    private let file: Int32
    private var synced = 0
    private var begun = SystemTime.ticks()

    /// Makes a pace.
    ///
    /// - Parameters:
    ///   - path: the file that grows.
    ///   - rests: false for work that nobody else waits for.
    ///   - isCancelled: true ends the work.
    init(writing path: String, rests: Bool, isCancelled: @escaping () -> Bool) {
        self.isCancelled = isCancelled
        self.rests = rests
        file = open(path, O_RDONLY | O_CLOEXEC)
    }

    deinit { if file >= 0 { close(file) } }

    /// Called now and then from within the work.
    ///
    /// - Returns: false when the work has to end.
    func goOn() -> Bool {
        guard !isCancelled() else { return false }
        guard rests else { return true }
        let worked = SystemTime.ticks() &- begun
        guard worked >= Self.work else { return true }
        var info = stat()
        if file >= 0, fstat(file, &info) == 0, Int(info.st_size) - synced >= Self.part {
            // The sync at the end tells of an error.
            fdatasync(file)
            synced = Int(info.st_size)
        }
        usleep(UInt32(min(worked, Self.longestRest) / 1000))
        begun = SystemTime.ticks()
        return true
    }
}
