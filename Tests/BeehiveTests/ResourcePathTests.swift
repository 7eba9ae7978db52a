import Beehive
import Testing

@Suite("ResourcePath")
struct ResourcePathTests {
    struct Good: Sendable {
        let text: String
        let namespace: String
        let type: ResourceType
        let id: String
        var key: String?
    }

    static let good = [
        Good(text: "default/pod", namespace: "default", type: .pod, id: ""),
        Good(text: "default/pod/", namespace: "default", type: .pod, id: "", key: "default/pod"),
        Good(text: "default/pod/web", namespace: "default", type: .pod, id: "web"),
        Good(text: "null/node/edge-1", namespace: "null", type: .node, id: "edge-1"),
        Good(text: "node/connection", namespace: "node", type: .connection, id: ""),
        Good(text: "k8s/ca.crt", namespace: "k8s", type: .clusterCA, id: ""),
        Good(text: "ignore/Application/ignore", namespace: "ignore", type: "Application", id: "ignore"),
        // An accent behind the slash is one character with it, and stays.
        Good(text: "ns/pod/\u{301}x", namespace: "ns", type: .pod, id: "\u{301}x"),
        Good(text: "ns/pod/\u{301}", namespace: "ns", type: .pod, id: "\u{301}"),
        // A sign that joins what follows it leaves the slash alone.
        Good(text: "ns/pod\u{600}/", namespace: "ns", type: "pod\u{600}", id: "", key: "ns/pod\u{600}"),
    ]

    @Test("parses a resource into its parts", arguments: good)
    func parses(good: Good) throws {
        let path = try ResourcePath(parsing: good.text)
        #expect(path.namespace == good.namespace)
        #expect(path.type == good.type)
        #expect(Array(path.id.utf8) == Array(good.id.utf8))
        #expect(Array(path.key.utf8) == Array((good.key ?? good.text).utf8))
        #expect(path.description == path.key)
    }

    @Test(
        "names the resource and what is wrong with it",
        arguments: [
            ("", "has no type"), ("pod", "has no type"), ("/", "empty namespace"), ("/pod/x", "empty namespace"),
            ("//", "empty namespace"), ("ns/", "empty type"), ("ns//x", "empty type"), ("ns//", "empty type"),
            ("ns/secret/a/b/c", "more than three parts"), ("ns/secret//", "more than three parts"),
            ("ns/secret/a/", "more than three parts"),
        ])
    func refuses(text: String, cause: String) {
        let fault = #expect(throws: ResourcePath.Fault.self) { try ResourcePath(parsing: text) }
        #expect(fault?.description.contains("'\(text)'") == true)
        #expect(fault?.description.contains(cause) == true)
        #expect(fault?.description.contains("<namespace>/<type>") == true)
    }

    @Test("building from parts gives what parsing gives")
    func builds() throws {
        #expect(ResourcePath(namespace: "a", type: .pod) == (try ResourcePath(parsing: "a/pod")))
        #expect(ResourcePath(namespace: "a", type: .pod, id: "b") == (try ResourcePath(parsing: "a/pod/b")))
        #expect(ResourcePath(namespace: "a", type: .podPatch, id: "b").with(type: .pod).key == "a/pod/b")
    }
}
