internal import Glibc

/// The calls of the kernel that a machine's facts come from; a test puts its own in their place.
struct MachineCalls: Sendable {
    /// How many processors the machine has.
    var processors: @Sendable () -> Int?
    /// The kernel's release, and its word for the processor.
    var system: @Sendable () -> (release: String, machine: String)
    /// The size of a file system and what of it is free to use, in bytes.
    var storage: @Sendable (String) -> (total: UInt64, free: UInt64)?
    /// The addresses of the machine, in the kernel's order.
    var interfaces: @Sendable () -> [MachineNetwork.Interface]

    /// The kernel itself.
    static let kernel = MachineCalls(
        processors: countProcessors, system: readSystem, storage: readStorage, interfaces: readInterfaces)

    @Sendable private static func countProcessors() -> Int? {
        let count = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        return count > 0 ? count : nil
    }

    @Sendable private static func readSystem() -> (release: String, machine: String) {
        var names = utsname()
        guard uname(&names) == 0 else { return ("", "") }
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return (text(names.release), text(names.machine))
    }

    @Sendable private static func readStorage(_ path: String) -> (total: UInt64, free: UInt64)? {
        var numbers = statvfs()
        guard statvfs(path, &numbers) == 0 else { return nil }
        let size = UInt64(numbers.f_frsize)
        return (UInt64(numbers.f_blocks) &* size, UInt64(numbers.f_bavail) &* size)
    }

    @Sendable private static func readInterfaces() -> [MachineNetwork.Interface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [MachineNetwork.Interface] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, entry.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
            // The first field, read as bytes: two modules of C headers define the struct.
            let family = CInt(UnsafeRawPointer(address).loadUnaligned(as: sa_family_t.self))
            guard family == AF_INET || family == AF_INET6 else { continue }
            let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            found.append(
                MachineNetwork.Interface(
                    name: String(cString: entry.ifa_name),
                    address: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
                    isLoopback: entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0))
        }
        return found
    }
}
