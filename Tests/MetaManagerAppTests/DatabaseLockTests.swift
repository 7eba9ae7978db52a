import Glibc
import Testing

@testable import MetaManagerApp

@Suite struct DatabaseLockTests {
    /// Runs with a folder that is gone afterwards.
    private static func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/metamanager-lock-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["e.db", "other.db", "e.db.lock", "other.db.lock"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try body(folder)
    }

    private static func refusal(_ database: String) -> DaemonError? {
        do throws(DaemonError) {
            _ = try DatabaseLock(database: database)
            return nil
        } catch {
            return error
        }
    }

    @Test func `one holds a database, and its end lets go`() throws {
        try Self.withFolder { folder in
            let path = "\(folder)/e.db"
            var first: DatabaseLock? = try DatabaseLock(database: path)
            withExtendedLifetime(first) {
                let refused = Self.refusal(path)
                #expect(refused?.code == 73)
                #expect(refused?.description.contains("(pid \(getpid())) works on database \(path)") == true)
            }
            first = nil
            #expect(Self.refusal(path) == nil)
        }
    }

    @Test func `another name of the same file is the same database`() throws {
        try Self.withFolder { folder in
            let (path, other) = ("\(folder)/e.db", "\(folder)/other.db")
            close(open(path, O_CREAT | O_RDWR, 0o600))
            try #require(symlink(path, other) == 0)
            let first = try DatabaseLock(database: path)
            withExtendedLifetime(first) { #expect(Self.refusal(other)?.code == 73) }
        }
    }

    @Test func `a folder that is not there is named`() {
        let refused = Self.refusal("/nowhere/at/all/e.db")
        #expect(refused?.code == 73)
        #expect(refused?.description.contains("/nowhere/at/all/e.db.lock: No such file or directory") == true)
    }
}
