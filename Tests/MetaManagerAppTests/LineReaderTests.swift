import Beehive
import Glibc
import Testing

@testable import MetaManagerApp

/// Files of lines, however long a line is.
struct LineReaderTests {
    private static func lines(_ text: [UInt8], limit: Int = 1 << 20) throws -> [Int] {
        var template = Array("/tmp/metamanager-lines-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        _ = text.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
        var reader = try LineReader(path: path, limit: limit)
        defer { reader.close() }
        var sizes: [Int] = []
        while let line = try reader.next() { sizes.append(line.count) }
        return sizes
    }

    private static func line(_ size: Int) -> [UInt8] { [UInt8](repeating: 0x78, count: size) + [0x0A] }

    @Test func `lines come whole, wherever the pieces end that are read`() throws {
        let sizes = [1, 65_535, 65_536, 0, 3, 200_000, 131_071, 2]
        let text = sizes.flatMap(Self.line)
        #expect(try Self.lines(text) == sizes.filter { $0 > 0 })
        #expect(try Self.lines(Array(text.dropLast())) == sizes.filter { $0 > 0 })
        #expect(try Self.lines([]) == [])
    }

    @Test func `a line without end is refused with its number, and not held`() throws {
        let fault = #expect(throws: FileError.self) {
            try Self.lines(Self.line(10) + Self.line(900_000), limit: 300_000)
        }
        #expect(fault?.description.contains("line 2 is longer than 300000 bytes") == true)
        var endless = try LineReader(path: "/dev/zero", limit: 1 << 20)
        defer { endless.close() }
        #expect(throws: FileError.self) { try endless.next() }
    }

    @Test func `what cannot be read is not taken for the end`() throws {
        var folder = try LineReader(path: "/tmp")
        defer { folder.close() }
        let fault = #expect(throws: FileError.self) { try folder.next() }
        #expect(fault?.description.hasPrefix("/tmp cannot be read: ") == true)
    }
}
