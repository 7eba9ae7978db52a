import Beehive
import Glibc
import MetaStore
import Testing

@testable import MetaManager

/// Lists that are read when they leave say what lists that are held say.
struct StoredListTests {
    private final class Folder {
        let path: String

        init() throws {
            var template = Array("/tmp/metamanager-list-XXXXXX".utf8CString)
            path = String(cString: try #require(mkdtemp(&template)))
        }

        deinit {
            for end in ["", "-wal", "-shm"] { unlink(path + "/edgecore.db" + end) }
            unlink(path + "/key")
            rmdir(path)
        }
    }

    private static func put(_ type: ResourceType, _ name: String, _ value: String, _ origin: ObjectOrigin)
        -> StoreChange
    {
        .put(
            NewObject(
                path: ResourcePath(namespace: "demo", type: type, id: name), value: Bytes(value.utf8), uid: "u",
                version: "1", origin: origin), replacing: nil)
    }

    @Test(arguments: [ResourceType.pod, .secret, .configMap])
    func `a long list has the rows of a held one, with what lies over them`(
        _ type: ResourceType
    ) throws {
        let folder = try Folder()
        let database = folder.path + "/edgecore.db"
        let sealing = Sealing(types: [.secret], key: .file(folder.path + "/key"))
        let store = try MetaStore(path: database, now: 1_800_000_000_000, sealing: sealing)
        let pad = String(repeating: "é<", count: 3000)
        try store.transaction(writing: true) { view throws(StoreError) in
            for number in 0..<300 {
                let value = #"{"kind":"K","metadata":{"name":"x\#(number)","uid":"u"},"pad":"\#(pad)"}"#
                try view.apply(Self.put(type, "x\(number)", value, .delivered), now: 1)
            }
            guard type == .pod else { return }
            for number in stride(from: 0, to: 300, by: 7) {
                let status = #"{"UID":"u","Name":"x\#(number)","Status":{"phase":"Running","n":\#(number)}}"#
                try view.apply(Self.put(.podStatus, "x\(number)", status, .local), now: 1)
            }
            let patch = #"{"status":{"reason":"patched"}}"#
            try view.apply(Self.put(.podPatch, "x8", patch, .local), now: 1)
        }
        var held: [Bytes] = []
        var long: Content?
        try store.transaction(writing: false) { view throws(StoreError) in
            #expect(try view.objects(ofType: type, upTo: 1 << 20) == nil)
            held = try MergedObjects.list(type: type, in: view).map(\.value)
            long = view.snapshots.map { Content(stored: StoredList(type: type, snapshots: $0)) }
        }
        let content = try #require(long)
        #expect(held.count == 300 && content.kind == .array)
        #expect(content == Content(texts: held))
        #expect(type != .pod || held[7] != held[6] && String(decoding: held[8], as: UTF8.self).contains("patched"))
        // A change after the decision is in it: the list is read when it leaves.
        try store.transaction(writing: true) { view throws(StoreError) in
            try view.apply(.delete(key: "demo/\(type.rawValue)/x5", remember: false), now: 2)
        }
        held.remove(at: 5)
        #expect(content == Content(texts: held))
    }
}
