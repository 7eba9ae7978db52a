#if canImport(Glibc)
    package import Glibc
#elseif canImport(Musl)
    package import Musl
#else
    package import Darwin
#endif

/// Addresses of Unix sockets, as the system calls want them.
package enum UnixAddress {
    /// The address of a path; nil when that is empty or longer than 107 bytes.
    package static func make(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isSet = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard !bytes.isEmpty, bytes.count < room.count, !bytes.contains(0) else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        return isSet ? address : nil
    }

    /// A stream socket; below 0 when there is none, with the cause in `errno`.
    package static func openSocket(isBlocking: Bool) -> CInt {
        #if canImport(Glibc)
            let stream = CInt(SOCK_STREAM.rawValue)
            let flags = CInt(SOCK_CLOEXEC.rawValue) | (isBlocking ? 0 : CInt(SOCK_NONBLOCK.rawValue))
        #else
            let stream = SOCK_STREAM
            let flags = SOCK_CLOEXEC | (isBlocking ? 0 : SOCK_NONBLOCK)
        #endif
        return socket(AF_UNIX, stream | flags, 0)
    }

    /// Calls `bind` or `connect`.
    package static func call(
        _ function: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt, _ descriptor: CInt, _ address: sockaddr_un
    ) -> CInt {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
