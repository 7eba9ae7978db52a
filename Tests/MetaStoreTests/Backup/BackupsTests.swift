import Glibc
import Testing

@testable import MetaStore

@Suite struct BackupsTests {
    let folder = TestFolder()

    private func make(_ name: String) { TestFolder.write([1, 2, 3], to: folder.file(name)) }

    @Test func `generations are ordered by number, whatever the clock said, and other files are none`() {
        make("edgecore-000002-19700101T000001Z.db")
        make("edgecore-000001-20261121T124512Z.db")
        make("other-000009-20261121T124512Z.db")
        for name in [
            "edgecore.part", "edgecore-000003-20261121T124512Z.db.part", "edgecore-x-20261121T124512Z.db",
            "edgecore-000003-20261121.db", "edgecore.db", "000003-20261121T124512Z.db",
        ] { make(name) }
        let own = Backups(folder: folder.path, of: "/x/edgecore.db")
        #expect(own.generations().map(\.number) == [1, 2])
        #expect(own.generations().map(\.time) == [1_795_265_112_000, 1000])
        #expect(own.generations().map(\.bytes) == [3, 3])
        #expect(own.newest() == folder.file("edgecore-000002-19700101T000001Z.db"))
        #expect(Backups(folder: folder.path).newest() == folder.file("other-000009-20261121T124512Z.db"))
        #expect(
            own.next(of: "/x/edgecore.db", now: 1_795_265_112_000)
                == folder.file("edgecore-000003-20261121T124512Z.db"))
    }

    @Test func `a folder that is not there holds none`() {
        let none = Backups(folder: folder.file("nowhere"))
        #expect(none.newest() == nil && none.generations().isEmpty)
    }

    @Test func `the oldest go, and one stays in any case`() {
        for number in 1...4 { make("edgecore-00000\(number)-20261121T124512Z.db") }
        let own = Backups(folder: folder.path, of: "edgecore.db")
        own.prune(keeping: 2)
        #expect(own.generations().map(\.number) == [3, 4])
        own.prune(keeping: 0)
        #expect(own.generations().map(\.number) == [4])
    }

    @Test func `the space of a folder that is not there yet is that of the one above`() throws {
        let space = try #require(DiskSpace.of(folder.file("a/b/c")))
        #expect(space.total > 0 && space.free <= space.total)
        #expect(DiskSpace.of(folder.path)?.total == space.total)
    }
}
