import Glibc

/// Looks for many texts at once in files and outputs, byte by byte.
///
/// Each secret is looked for as it is, as its base64, and as the part of its base64 that does not depend on what stands
/// in front of it.
struct SecretScan {
    /// Found by the eight bytes they start with, which are looked for in a set of bits first.
    private var needles: [UInt64: [[UInt8]]] = [:]
    private var bits = [Bool](repeating: false, count: 1 << 16)
    private var texts: [[UInt8]] = []

    /// Takes a secret in.
    ///
    /// - Parameter secret: its bytes; sixteen or more.
    mutating func add(_ secret: [UInt8]) {
        for form in Self.forms(of: secret) {
            let start = form.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            needles[start, default: []].append(form)
            bits[Self.bit(start)] = true
        }
        texts.append(secret)
    }

    /// How many secrets are looked for.
    var count: Int { texts.count }

    static func forms(of secret: [UInt8]) -> [[UInt8]] {
        [secret, Array(base64(secret).utf8)]
            + (0..<3).map { shift in
                Array(base64([UInt8](repeating: 0, count: shift) + secret).utf8.dropFirst(4).dropLast(4))
            }
    }

    private static func bit(_ start: UInt64) -> Int { Int((start &* 0x9E37_79B9_7F4A_7C15) >> 48) }

    /// How many of the forms stand in these bytes, counted once each.
    func found(in content: [UInt8]) -> Int {
        var found = Set<[UInt8]>()
        content.withUnsafeBufferPointer { content in
            bits.withUnsafeBufferPointer { bits in
                var window: UInt64 = 0
                for index in 0..<content.count {
                    window = window << 8 | UInt64(content[index])
                    guard index >= 7, bits[Self.bit(window)], let here = needles[window] else { continue }
                    for needle in here where content[(index - 7)...].starts(with: needle) { found.insert(needle) }
                }
            }
        }
        return found.count
    }

    /// The files of a folder, and of those below it, in which a form stands, with how many.
    func files(below folder: String) -> [String: Int] {
        var found: [String: Int] = [:]
        for path in Self.paths(below: folder) {
            let count = self.found(in: Self.bytes(path))
            if count > 0 { found[String(path.dropFirst(folder.count + 1))] = count }
        }
        return found
    }

    static func paths(below folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var paths: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let path = folder + "/" + name
            var info = stat()
            guard lstat(path, &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR { paths += Self.paths(below: path) }
            if info.st_mode & S_IFMT == S_IFREG { paths.append(path) }
        }
        return paths.sorted()
    }

    static func bytes(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
        return all
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0...part.count { text.append(digits[word >> (18 - 6 * place) & 63]) }
            text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - part.count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
