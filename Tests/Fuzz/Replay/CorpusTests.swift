import FuzzTargets
import Glibc
import Testing

/// Every input that was ever worth keeping, fed as a plain test: what the fuzzer once found stays mended.
struct CorpusTests {
    @Test("a corpus holds what it promises", arguments: FuzzTarget.all.map(\.name))
    func corpus(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let files = CorpusFolder.files(name)
        #expect(!files.isEmpty, "there is no corpus: make one with `make fuzz TARGET=\(name)`")
        for file in files {
            let bytes = try #require(CorpusFolder.read(file))
            #expect(throws: Never.self, "\(file)") { try bytes.withUnsafeBytes { try target.check($0) } }
        }
        try [UInt8]().withUnsafeBytes { try target.check($0) }
    }

    @Test("a target is known by one name")
    func names() {
        let names = FuzzTarget.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names { #expect(FuzzTarget.named(name)?.name == name) }
        #expect(FuzzTarget.named("none") == nil)
    }
}

/// The inputs beside this file's folder.
enum CorpusFolder {
    static func files(_ target: String) -> [String] {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let folder = "/\(here)/Corpus/\(target)"
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("\(folder)/*", 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }

    static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, 65536, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
