import Beehive
import Glibc
import KubeAPI
import MetaStore
import Testing

@testable import MetaServer

@Suite("the catalog of kinds, kept")
struct CatalogKeeperTests {
    private static func definition(_ plural: String) -> Bytes {
        Bytes(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",\
            "metadata":{"name":"\(plural).example.io"},"spec":{"group":"example.io","scope":"Namespaced",\
            "names":{"plural":"\(plural)","singular":"\(plural)1","kind":"K\(plural)"},\
            "versions":[{"name":"v1","served":true,"storage":true}]}}
            """.utf8)
    }

    @Test("a catalog is made anew when definitions or types change, not for any other commit")
    func madeAnew() throws {
        var template = Array("/tmp/catalogkeeper.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        let store = try MetaStore(path: "\(folder)/edgecore.db", now: 1)
        let keeper = CatalogKeeper()
        func put(_ type: ResourceType, _ name: String, _ value: Bytes) throws {
            let path = ResourcePath(namespace: "blue", type: type, id: name)
            try store.transaction(writing: true) { view throws(StoreError) in
                let head = try view.head(path.key)
                let object = NewObject(path: path, value: value, origin: .delivered)
                try view.apply(.put(object, replacing: head?.rowID), now: 1)
            }
        }
        func catalog() throws -> CatalogKeeper.Numbered {
            try store.transaction(writing: false) { view throws(StoreError) in try keeper.catalog(in: view) }
        }
        func serves(_ plural: String) throws -> Bool {
            let resource = KubeKind.Resource(group: "example.io", version: "v1", plural: plural)
            return try catalog().catalog.kind(of: resource) != nil
        }
        try put(.pod, "a", Bytes(#"{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"blue"}}"#.utf8))
        try put(.customResourceDefinition, "apples.example.io", Self.definition("apples"))
        let first = try catalog().number
        #expect(try serves("apples"))
        #expect(try serves("pears") == false)
        try put(.pod, "b", Bytes(#"{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"blue"}}"#.utf8))
        #expect(try catalog().number == first)
        // In place of the other, as many rows as before.
        try put(.customResourceDefinition, "apples.example.io", Self.definition("pears"))
        let second = try catalog().number
        #expect(second > first)
        #expect(try serves("pears"))
        #expect(try serves("apples") == false)
        try store.transaction(writing: true) { view throws(StoreError) in
            try view.apply(.delete(key: "blue/customresourcedefinition/apples.example.io", remember: false), now: 1)
        }
        #expect(try catalog().number > second)
        #expect(try serves("pears") == false)
        #expect(try catalog().cloudVersion == nil)
        try put(.discovery, "version", Bytes(#"{"kind":"Status","code":403}"#.utf8))
        #expect(try catalog().cloudVersion == nil)
        try put(.discovery, "version", Bytes(#"{"major":"1","minor":"30","gitVersion":"v1.30.4"}"#.utf8))
        #expect(try catalog().cloudVersion?["gitVersion"]?.text == "v1.30.4")
    }
}
