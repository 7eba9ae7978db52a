internal import Glibc

/// What the file system of a folder has room for.
public struct DiskSpace: Sendable, Hashable {
    /// Bytes that this user may still write.
    public var free: Int
    /// Bytes that it has in all.
    public var total: Int

    /// Names what there is.
    ///
    /// - Parameters:
    ///   - free: bytes that this user may still write.
    ///   - total: bytes that it has in all.
    public init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }

    /// Looks at a folder, or at the nearest one above it that is there; nil when nobody can tell.
    ///
    /// - Parameter folder: the folder.
    /// - Returns: what it has room for.
    public static func of(_ folder: String) -> DiskSpace? {
        var info = statvfs()
        var folder = folder.isEmpty ? "." : folder
        while statvfs(folder, &info) != 0 {
            guard errno == ENOENT, let slash = folder.lastIndex(of: "/") else { return nil }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
        func bytes(_ blocks: UInt) -> Int {
            let (bytes, isTooLarge) = Int(clamping: blocks).multipliedReportingOverflow(
                by: Int(clamping: info.f_frsize))
            return isTooLarge ? .max : bytes
        }
        return DiskSpace(free: bytes(info.f_bavail), total: bytes(info.f_blocks))
    }
}

/// Bytes as people read them.
enum ByteText {
    static func of(_ bytes: Int) -> String {
        bytes >= 10 << 20 ? "\(bytes >> 20) MiB" : bytes >= 10 << 10 ? "\(bytes >> 10) KiB" : "\(bytes) bytes"
    }
}
