import Beehive
import Glibc
import MetaManagerApp
import Testing

/// A folder with files of messages, gone afterwards, and runs of the bench in it.
struct BenchFolder {
    struct CannotMake: Error {}

    let path: String

    static func with(_ body: (BenchFolder) throws -> Void) throws {
        var template = Array("/tmp/metamanager-bench-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = BenchFolder(
            path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer {
            if let directory = opendir(folder.path) {
                while let entry = readdir(directory) {
                    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    }
                    if name != ".", name != ".." { remove(folder / name) }
                }
                closedir(directory)
            }
            rmdir(folder.path)
        }
        try folder.write(Self.inserts(3), to: "messages")
        try body(folder)
    }

    /// A file in it.
    static func / (folder: BenchFolder, name: String) -> String { folder.path + "/" + name }

    func write(_ text: String, to name: String) throws {
        let file = open(self / name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count, close(file) == 0 else {
            throw CannotMake()
        }
    }

    func read(_ name: String) -> String? {
        let file = open(self / name, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = Glibc.read(file, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    func holds(_ name: String) -> Bool { access(self / name, F_OK) == 0 }

    /// A run on files of the folder.
    func bench(messages: String = "messages", preload: String? = nil, database: String = "bench.db") -> BenchRun {
        BenchRun(
            messages: self / messages, preload: preload.map { self / $0 }, mode: .bus, inFlight: 16,
            database: self / database, isLinkUp: nil, progress: { _ in })
    }

    /// Why a run was refused.
    func refusal(of run: BenchRun) throws -> BenchError {
        try #require(throws: BenchError.self) { _ = try run.run() }
    }

    static func line(
        _ id: String, _ operation: String, _ name: String, type: String = "configmap", source: String? = nil
    ) -> String {
        let source = source ?? (operation == "query" ? "edged" : "edgecontroller")
        let content = operation == "query" ? "null" : #"{"metadata":{"name":"\#(name)","namespace":"demo"}}"#
        return #"{"header":{"msg_id":"\#(id)","timestamp":1700000000000},"route":{"source":"\#(source)","group":"#
            + #""\#(source == "edged" ? "meta" : "resource")","operation":"\#(operation)","#
            + #""resource":"demo/\#(type)/\#(name)"},"content":\#(content)}"# + "\n"
    }

    static func inserts(_ count: Int) -> String {
        (0..<count).map { line("i\($0)", "insert", "c\($0)") }.joined()
    }

    static func queries(_ count: Int) -> String { (0..<count).map { line("q\($0)", "query", "c\($0)") }.joined() }
}

/// What a run tells while it goes.
final class Notes: Sendable {
    private let lines = Lock<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
