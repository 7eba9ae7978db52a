import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct ClassicViewTests {
    let folder = TestFolder()

    /// What the command prints.
    private func sqlite3(_ sql: String) throws -> String {
        let command = "sqlite3 -batch -noheader '\(folder.database)' \"\(sql)\" 2>&1"
        let pipe = try #require(popen(command, "r"))
        defer { pclose(pipe) }
        var out: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { out.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `the sqlite3 command reads the classic table while the store is open`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([
            .put(sample("default/pod/web", #"{"kind":"Pod"}"#), replacing: nil),
            .put(sample("default/secret/s", "text ü"), replacing: nil),
        ])
        let rows = try sqlite3("SELECT key, type, value FROM meta ORDER BY key")
        #expect(rows == "default/pod/web|pod|{\"kind\":\"Pod\"}\ndefault/secret/s|secret|text ü\n")
        #expect(try sqlite3("SELECT typeof(value) FROM meta WHERE type = 'pod'") == "text\n")
        #expect(try sqlite3("PRAGMA integrity_check") == "ok\n")
    }
}
