public import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Traffic of a real cloud, recorded frame by frame (`Tests/Fixtures/wire`).
public enum WireFixtures {
    /// A file that cannot be read.
    public struct Unreadable: Error {
        /// Where it was looked for.
        public let path: String
    }

    /// The names of all recordings.
    public static let names = [
        "01-connect-keepalive", "02-node-register", "03-node-lease", "04-pod-create", "05-updates", "06-pod-status",
        "07-events", "08-queries", "09-pod-delete", "10-config-delete", "11-no-ack-retry", "12-reconnect-resync",
        "13-error-feedback", "14-duplicate-connection", "15-keepalive-timeout", "16-bad-handshakes",
        "17-metaserver-application", "18-serviceaccountaccess", "19-devices", "20-other-upstream", "21-node-delete",
        "22-head-of-line", "23-cloud-restart", "24-large-messages",
    ]

    /// A recording as it is on disk.
    ///
    /// - Parameter name: one of `names`.
    /// - Returns: its lines.
    /// - Throws: `Unreadable`.
    public static func content(_ name: String) throws(Unreadable) -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/Tests/Fixtures/wire/\(name).jsonl"
        guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { all += chunk[..<count] }
        return all
    }

    /// The lines of a recording.
    ///
    /// - Parameter name: one of `names`.
    /// - Returns: the lines without their ends.
    /// - Throws: `Unreadable`.
    public static func lines(_ name: String) throws(Unreadable) -> [Bytes] {
        try content(name).split(separator: UInt8(ascii: "\n"))
    }
}
