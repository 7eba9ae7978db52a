internal import Glibc

/// Finds and reads the configuration file.
public enum ConfigurationFile {
    /// The places to look when nobody names a file.
    public static let places = ["/etc/metamanager/edge.yaml", "conf/edge.yaml"]

    /// Why a file cannot be read.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The file.
        public let path: String
        /// The number of the system's error; 0 when the system has nothing against it.
        public let code: Int32
        /// File and cause in one line.
        public let description: String
    }

    /// The file to read: the flag's, `$METAMANAGER_CONFIG`, else the first usual place that exists.
    ///
    /// A file that was named is the answer whether it exists or not, so that a misspelt name is seen.
    ///
    /// - Parameters:
    ///   - flag: the argument of `--config`, if given.
    ///   - environment: the variables of the process.
    ///   - exists: tells whether a file exists.
    /// - Returns: the path, or nil when there is none and defaults hold.
    public static func locate(
        flag: String?, environment: [String: String], exists: (String) -> Bool = ConfigurationFile.exists
    ) -> String? {
        if let flag { return flag }
        if let named = environment["METAMANAGER_CONFIG"], !named.isEmpty { return named }
        return places.first(where: exists)
    }

    /// Whether something stands at a path.
    ///
    /// - Parameter path: the path.
    /// - Returns: true when something does.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Reads a file of at most 1 MiB; blocks.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - waits: false: nothing but a regular file is read that holds something, as a running program does it: a pipe may
    ///     keep its reader waiting for ever.
    /// - Returns: its bytes.
    /// - Throws: `Fault` with file and cause.
    public static func load(_ path: String, waits: Bool = true) throws(Fault) -> [UInt8] {
        func fault(_ code: Int32) -> Fault {
            Fault(path: path, code: code, description: "cannot read \(path): \(String(cString: strerror(code)))")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK))
        guard file >= 0 else { throw fault(errno) }
        defer { close(file) }
        if !waits {
            var facts = stat()
            guard fstat(file, &facts) == 0 else { throw fault(errno) }
            let kind = facts.st_mode & S_IFMT
            if kind == S_IFDIR { throw fault(EISDIR) }
            guard kind == S_IFREG else {
                throw Fault(path: path, code: 0, description: "cannot read \(path): it is no regular file")
            }
            // What an editor leaves on a full disk; a restart would run with the defaults alone.
            guard facts.st_size > 0 else {
                throw Fault(path: path, code: 0, description: "cannot use \(path): it is empty")
            }
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault(errno) }
            if count == 0 {
                // Blank is as good as empty.
                guard waits || bytes.contains(where: { !" \t\r\n".utf8.contains($0) }) else {
                    throw Fault(path: path, code: 0, description: "cannot use \(path): it is empty")
                }
                return bytes
            }
            bytes += chunk[..<count]
            guard bytes.count <= 1 << 20 else {
                throw Fault(path: path, code: 0, description: "cannot read \(path): larger than 1 MiB")
            }
        }
    }
}
