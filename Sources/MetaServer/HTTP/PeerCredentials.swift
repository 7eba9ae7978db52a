#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the kernel says of the process at the other end of a Unix socket.
struct PeerCredentials: Sendable {
    var process: Int32 = 0
    var user: UInt32 = .max
    var group: UInt32 = .max

    /// The name of the socket option that gives them.
    static var option: CInt { CInt(SO_PEERCRED) }
}
