#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the kernel says of the process at the other end of a Unix socket, as of its connect; laid out as `ucred`.
public struct PeerCredentials: Sendable {
    /// Its process id; 0 when nobody knows.
    public var process: Int32 = 0
    /// Its user; the highest number when nobody knows.
    public var user: UInt32 = .max
    /// Its group; the highest number when nobody knows.
    public var group: UInt32 = .max

    /// Makes credentials of nobody.
    public init() {}

    /// The name of the socket option that gives them.
    public static var option: CInt { CInt(SO_PEERCRED) }
}
