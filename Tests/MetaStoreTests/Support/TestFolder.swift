import Glibc

@testable import MetaStore

/// A temporary folder that goes with its last user.
final class TestFolder {
    let path: String

    init() {
        var template = Array("/tmp/metastore-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "/tmp" }
            return String(cString: made)
        }
        chmod(path, 0o755)
    }

    deinit {
        for name in names { if unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") } }
        rmdir(path)
    }

    /// The file that most tests use.
    var database: String { file("edgecore.db") }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file; empty if there is none.
    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// True when a file holds exactly these bytes; a comparison in a test would print them all.
    static func isUnchanged(_ path: String, _ before: [UInt8]) -> Bool { bytes(path) == before }

    static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "wb") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    static func mode(_ path: String) -> UInt32 {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
    }

    /// Runs SQL on a file, which is made if needed, and closes it again.
    static func run(_ sql: String, on path: String) throws {
        try DatabaseFile.prepare(path)
        try Connection(path: path, readOnly: false, busyTimeout: .zero).execute(sql)
    }
}
