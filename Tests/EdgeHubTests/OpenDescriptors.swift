import Glibc

/// What this process holds open of a test's own, in the midst of what other tests hold open.
struct OpenDescriptors {
    /// Sockets at one of the ports, from either end.
    let sockets: Int
    /// Files in a folder.
    let files: Int

    init(ports: [Int], folder: String) {
        var inodes: Set<Substring> = []
        var files = 0
        for name in Self.names("/proc/self/fd") {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            guard count > 0 else { continue }
            let target = String(decoding: buffer[..<count], as: UTF8.self)
            if target.hasPrefix(folder + "/") { files += 1 }
            if target.hasPrefix("socket:[") { inodes.insert(target.dropFirst(8).dropLast()) }
        }
        let words = Set(ports.map { ":" + Self.hexadecimal($0) })
        sockets = Self.lines("/proc/net/tcp").count { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, inodes.contains(fields[9]) else { return false }
            return words.contains(String(fields[1].suffix(5))) || words.contains(String(fields[2].suffix(5)))
        }
        self.files = files
    }

    private static func hexadecimal(_ port: Int) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func names(_ folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    private static func lines(_ path: String) -> [Substring] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { text += chunk[..<count] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }
}
