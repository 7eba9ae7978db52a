internal import Glibc

/// Reads parts of a file that nobody has open: closing a descriptor drops SQLite's locks on it.
final class RawReader {
    private let descriptor: Int32
    /// Its bytes.
    let size: Int

    /// Opens a file.
    ///
    /// - Returns: nil when there is none that could be read.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        size = max(0, Int(info.st_size))
    }

    deinit { close(descriptor) }

    /// A part of the file; what the disk does not give any more is missing at its end.
    func read(_ offset: Int, _ count: Int) -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { buffer, filled in
            while filled < buffer.count, let start = buffer.baseAddress {
                let got = pread(descriptor, start + filled, buffer.count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }
}
