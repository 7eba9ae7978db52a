/// Which of the machine's addresses others reach it at.
enum MachineNetwork {
    /// An address of an interface that is up.
    struct Interface: Hashable, Sendable {
        let name: String
        let address: String
        let isLoopback: Bool

        var isIPv6: Bool { address.contains(":") }
        /// True for what no other network reaches: loopback and link-local addresses.
        var isLocal: Bool {
            isLoopback || address.lowercased().hasPrefix("fe80:") || address.hasPrefix("169.254.")
        }
    }

    /// Chooses: the address of the default route's interface, else the first that is not local; IPv4 goes first.
    ///
    /// - Parameters:
    ///   - routes: the text of `/proc/net/route`.
    ///   - interfaces: the addresses, in the kernel's order.
    /// - Returns: nil when there is none.
    static func address(routes: String, interfaces: [Interface]) -> String? {
        let usable = interfaces.filter { !$0.isLocal }
        let ordered = usable.filter { !$0.isIPv6 } + usable.filter(\.isIPv6)
        if let name = defaultInterface(routes), let own = ordered.first(where: { $0.name == name }) {
            return own.address
        }
        return ordered.first?.address
    }

    /// The interface of the default route with the lowest metric.
    static func defaultInterface(_ routes: String) -> String? {
        var best: (name: String, metric: Int)?
        for line in routes.split(separator: "\n").dropFirst() {
            let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            // Iface Destination Gateway Flags RefCnt Use Metric Mask …; the route is up when bit 0 is set.
            guard fields.count >= 8, fields[1] == "00000000", fields[7] == "00000000",
                let flags = Int(fields[3], radix: 16), flags & 1 == 1, let metric = Int(fields[6])
            else { continue }
            if metric < best?.metric ?? .max { best = (fields[0], metric) }
        }
        return best?.name
    }
}
