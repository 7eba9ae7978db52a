import Beehive
import Glibc
import TestKit

@testable import MetaStore

/// A store with sealing on, in a folder of its own.
struct SealedStore {
    let folder = TestFolder()
    var keyFile: String { folder.file("key") }

    static let types: [ResourceType] = [.secret, .serviceAccountToken]

    func sealing(_ types: [ResourceType] = types, key: KeySource? = nil) -> Sealing {
        Sealing(types: types, key: key ?? .file(keyFile))
    }

    func open(_ sealing: Sealing? = nil) throws -> MetaStore {
        try MetaStore(path: folder.database, now: startOfTests, sealing: sealing ?? self.sealing())
    }

    func sql(_ text: String) throws { try TestFolder.run(text, on: folder.database) }

    /// The first column of the first row, as it stands in the file.
    func column(_ sql: String) throws -> Bytes? {
        let statement = try Connection(path: folder.database, readOnly: true, busyTimeout: .seconds(5)).prepare(sql)
        return try statement.step() ? statement.bytes(0) : nil
    }

    func number(_ sql: String) throws -> Int64? {
        try Connection(path: folder.database, readOnly: true, busyTimeout: .seconds(5)).integer(sql)
    }

    /// The names of the files that hold one of these texts.
    func filesHolding(_ needles: [String], except: Set<String> = ["key"]) -> [String] {
        folder.names.filter { name in
            guard !except.contains(name) else { return false }
            return Needles(needles).standIn(TestFolder.bytes(folder.file(name)))
        }
    }
}

/// Texts to be looked for in one pass.
struct Needles {
    private static let start = 6
    private var byStart: [UInt64: [[UInt8]]] = [:]

    /// - Parameter texts: of at least six bytes each.
    init(_ texts: [String]) {
        for text in texts {
            let bytes = Array(text.utf8)
            byStart[bytes.prefix(Self.start).reduce(0) { $0 << 8 | UInt64($1) }, default: []].append(bytes)
        }
    }

    /// True when one of them stands in these bytes.
    func standIn(_ content: [UInt8]) -> Bool {
        content.withUnsafeBufferPointer { content in
            var window: UInt64 = 0
            for index in content.indices {
                window = (window << 8 | UInt64(content[index])) & 0xFFFF_FFFF_FFFF
                guard index + 1 >= Self.start, let found = byStart[window] else { continue }
                let rest = content[(index + 1 - Self.start)...]
                if found.contains(where: { rest.starts(with: $0) }) { return true }
            }
            return false
        }
    }
}

/// A secret's text that nothing else has.
func canary(_ random: inout SeededRandom) -> String {
    "canary" + (0..<4).map { _ in String(random.next(), radix: 36) }.joined()
}

func secret(_ name: String, _ text: String, version: String = "1") throws -> NewObject {
    try sample("n/secret/\(name)", #"{"kind":"Secret","data":"\#(text)"}"#, uid: "u-\(name)", version: version)
}

/// The error that a body throws; nil if it throws none, or another.
func storeError(_ body: () throws -> Void) -> StoreError? {
    do { try body() } catch { return error as? StoreError }
    return nil
}
