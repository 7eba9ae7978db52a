import Beehive
import Glibc
import Testing

@Suite("UnixSocketFile")
final class UnixSocketFileTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/beehive-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["new/run/a.sock", "a.sock", "file"] { unlink("\(folder)/\(name)") }
        for name in ["/new/run", "/new", ""] { rmdir(folder + name) }
    }

    private func make(_ name: String, mode: UInt32 = 0o600) throws -> UnixSocketFile {
        try UnixSocketFile(path: "\(folder)/\(name)", mode: mode, setting: "some.socket")
    }

    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// What is told when the socket cannot be made.
    private func trouble(_ name: String) -> String? {
        #expect(throws: UnixSocketError.self) { try make(name) }?.description
    }

    @Test("the socket has its mode, missing folders are private, and it goes when removed")
    func modes() throws {
        let file = try make("new/run/a.sock", mode: 0o660)
        defer { close(file.descriptor) }
        #expect(mode(file.path) == 0o660)
        #expect(mode("\(folder)/new") == 0o700 && mode("\(folder)/new/run") == 0o700)
        file.remove()
        #expect(mode(file.path) == nil)
    }

    @Test("what a crash left is replaced; the one of before does not remove the new one")
    func stale() throws {
        // Nobody listens; while it is open its number in the file system is not given to the next one.
        let first = try make("a.sock")
        let second = try make("a.sock")
        defer { close(second.descriptor) }
        first.remove()
        close(first.descriptor)
        #expect(mode(second.path) == 0o600)
        second.remove()
        #expect(mode(second.path) == nil)
    }

    @Test("a socket that is served and a file of another kind are left alone")
    func taken() throws {
        let file = try make("a.sock")
        defer { close(file.descriptor) }
        try #require(listen(file.descriptor, 1) == 0)
        #expect(trouble("a.sock")?.contains("another process listens on \(file.path)") == true)
        #expect(mode(file.path) == 0o600)
        close(creat("\(folder)/file", 0o600))
        #expect(trouble("file")?.contains("is no socket: remove it, or choose another some.socket") == true)
        #expect(trouble("file/a.sock")?.hasPrefix("cannot ") == true)
        #expect(mode("\(folder)/file") == 0o600)
    }

    @Test("a path that is too long is refused with the cure")
    func long() {
        #expect(trouble(String(repeating: "x", count: 108))?.contains("choose a shorter some.socket") == true)
    }
}
