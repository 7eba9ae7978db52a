import Glibc
import MetaServer
import Testing

@Suite("Token file")
struct TokenFileTests {
    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    @Test("holds the token alone: Python's client sends the file as it is")
    func noNewline() throws {
        let path = "/tmp/token-file-\(UInt64.random(in: 0 ... .max))"
        defer { unlink(path) }
        let token = try TokenFile.loadOrMake(path: path)
        #expect(token.utf8.count == 64 && Self.text(path) == token)
        // As earlier releases wrote it.
        let file = try #require(fopen(path, "w"))
        fputs("\(token)\n", file)
        fclose(file)
        #expect(try TokenFile.loadOrMake(path: path) == token)
        #expect(Self.text(path) == token)
    }
}
