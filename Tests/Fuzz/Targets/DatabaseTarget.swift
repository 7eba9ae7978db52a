internal import Beehive
internal import Glibc
internal import MetaStore
internal import TestKit

/// Database files with bytes changed: opened, checked, read and written.
///
/// The input is a list of changes (place: 3 bytes, length: 1, bytes) to a small database made at the start, since a
/// mutator would need ages to make a database out of nothing. Its first byte says what is done with the file.
enum DatabaseTarget {
    private static let now: Int64 = 1_800_000_000_000
    private static let folder = Scratch()
    private static let template = makeTemplate()

    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        let file = changed(template, by: bytes)
        let path = folder.path + "/fuzz.db"
        folder.make()
        defer { folder.clear(["fuzz.db"]) }
        guard write(file, to: path) else { return }
        if bytes[0] & 1 == 0 { try checkFile(path) }
        guard let store = try? MetaStore(path: path, now: now, busyTimeout: .milliseconds(1)) else { return }
        let keys = try? store.transaction(writing: false) { view throws(StoreError) in
            try view.keys(startingWith: "")
        }
        _ = try? store.transaction(writing: false) { view throws(StoreError) in
            for key in (keys ?? []).prefix(64) { _ = try? view.object(key) }
            _ = try? view.objects(ofType: .configMap)
            _ = try? view.outbox(lane: .state, after: 0, limit: 16)
            _ = try? view.podStatuses()
        }
        let before = store.revision
        let object = NewObject(
            path: ResourcePath(namespace: "ns", type: .configMap, id: "new"), value: Bytes("{}".utf8),
            origin: .delivered)
        let written: Void? = try? store.transaction(writing: true) { transaction throws(StoreError) in
            try transaction.apply(.put(object, replacing: nil), now: now)
        }
        if written != nil {
            try expect(store.revision > before, "a write makes a revision")
            // A damaged index may lead elsewhere; that no page is damaged is the check's to say.
            _ = try? store.transaction(writing: false) { view throws(StoreError) in
                try view.object("ns/configmap/new")
            }
        }
    }

    /// Hook for what mends files: it is to leave a file that passes the check.
    private static func checkFile(_ path: String) throws {
        guard let report = try? StoreCheck.run(path: path) else { return }
        try expect(report.problems.count <= StoreCheck.problemLimit + 1, "problems have an end")
    }

    private static func changed(_ template: [UInt8], by bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var file = template
        guard !file.isEmpty else { return file }
        var rest = Bytes(bytes).dropFirst()
        while rest.count >= 5 {
            let head = rest.prefix(4)
            let place = head.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let length = Int(head[head.startIndex + 3] & 31) + 1
            rest = rest.dropFirst(4)
            // One in many cuts the file short instead.
            if head[head.startIndex + 3] >= 0xFE {
                file.removeLast(min(file.count - 1, place % file.count))
                continue
            }
            for (offset, byte) in rest.prefix(length).enumerated() { file[(place + offset) % file.count] = byte }
            rest = rest.dropFirst(length)
        }
        return file
    }

    private static func makeTemplate() -> [UInt8] {
        let path = folder.path + "/template.db"
        folder.make()
        defer { folder.clear(["template.db"]) }
        do throws(StoreError) {
            let store = try MetaStore(path: path, now: now)
            for index in 0..<24 {
                let object = NewObject(
                    path: ResourcePath(namespace: "ns", type: index % 3 == 0 ? .pod : .configMap, id: "o\(index)"),
                    value: Bytes(
                        #"{"metadata":{"name":"o\#(index)"},"data":"\#(String(repeating: "x", count: index * 40))"}"#
                            .utf8),
                    uid: "u\(index)", version: "\(index)", apiVersion: "v1", kind: "ConfigMap", origin: .delivered)
                try store.transaction(writing: true) { transaction throws(StoreError) in
                    try transaction.apply(.put(object, replacing: nil), now: now)
                }
            }
            try store.transaction(writing: true) { transaction throws(StoreError) in
                try transaction.apply(.delete(key: "ns/configmap/o1", remember: true), now: now)
            }
            try store.checkpoint()
        } catch {
            return []
        }
        return read(path)
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        return Glibc.write(file, bytes, bytes.count) == bytes.count
    }
}

/// A folder in memory where there is one, since each input is a file of its own.
private struct Scratch: Sendable {
    let path = "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/metamanager-fuzz-\(getpid())"

    func make() { mkdir(path, 0o700) }

    /// Removes databases with what lies beside them, and the folder.
    func clear(_ names: [String]) {
        for name in names {
            for suffix in ["", "-wal", "-shm", "-journal", ".kubeedge", ".kubeedge-journal"] {
                unlink("\(path)/\(name)\(suffix)")
            }
        }
        rmdir(path)
    }
}
