import Beehive
import KubeAPI
import TestKit
import Testing

@Suite("Applications")
struct ApplicationTests {
    private func frames(to direction: String) throws -> [JSONValue] {
        try WireFixtures.lines("17-metaserver-application").compactMap { line in
            let line = try JSONValue(parsing: line)
            return line["dir"]?.text == direction ? line["frame"] : nil
        }
    }

    @Test("what KubeEdge sent is written byte for byte, its name included")
    func requests() throws {
        let recorded = try frames(to: "edge->cloud").compactMap { $0["content"] }.filter { $0["Verb"] != nil }
        let services = KubeKind.Resource(group: "", version: "v1", plural: "services")
        let configMaps = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
        let made: [Application] = [
            .list(services, namespace: "demo"), .get(configMaps, namespace: "demo", name: "settings"),
            .get(configMaps, namespace: "demo", name: "absent"), .discovery("/version"),
            .watch(services, namespace: "demo"),
        ]
        #expect(
            recorded.map { String(decoding: $0.json, as: UTF8.self) }
                == made.map { String(decoding: $0.content(node: "edge-node-1").json, as: UTF8.self) })
        #expect(recorded.map(Application.init(content:)) == made)
    }

    @Test("what the cloud answered is read, and written again byte for byte")
    func answers() throws {
        let recorded = try frames(to: "cloud->edge").filter {
            $0["route"]?["resource"]?.text?.hasPrefix("ignore/") == true
        }
        let contents = recorded.compactMap { $0["content"] }
        let answers = contents.compactMap(ApplicationAnswer.init(content:))
        #expect(answers.map(\.status) == [.approved, .approved, .rejected, .approved, .approved])
        #expect(answers.map { $0.body != nil } == [true, true, false, true, false])
        #expect(answers.map { $0.failure?.code } == [nil, nil, 404, nil, nil])
        #expect(answers[2].failure?.message == "configmaps \"absent\" not found")
        let body = try #require(answers.first?.body)
        #expect(try JSONValue(parsing: body)["items"]?.elements.count == 1)
        for (content, answer) in zip(contents, answers) {
            let application = try #require(Application(content: content))
            #expect(answer.content(to: application, node: "edge-node-1").json == content.json)
        }
    }

    @Test("a name depends on everything that is asked")
    func names() {
        let plain = Application(.get, key: "/core/v1/pods/a/b")
        var others = [plain]
        for change: (inout Application) -> Void in [
            { $0.verb = .delete }, { $0.key = "/core/v1/pods/a/c" }, { $0.options = Bytes("[]".utf8) },
            { $0.body = Bytes("{}".utf8) }, { $0.subresource = "log" },
        ] {
            var other = plain
            change(&other)
            others.append(other)
        }
        #expect(Set(others.map { $0.id(node: "n") }).count == others.count)
        #expect(plain.id(node: "n") != plain.id(node: "m"))
    }

    @Test("base 64 both ways, and what is none is refused", arguments: 0..<70)
    func base64(count: Int) {
        let bytes = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) })
        let text = Base64.encode(bytes)
        #expect(Base64.decode(text) == bytes)
        #expect(Base64.decode(text + [UInt8(ascii: "A")]) == nil)
        #expect(Base64.decode(Bytes("AA-A".utf8)) == nil)
        #expect(Base64.decode(Bytes("A=AA".utf8)) == nil)
    }

    @Test(
        "what is no application is refused",
        arguments: ["null", "[]", "{}", #"{"ID":"a"}"#, #"{"ID":"a","Status":"?"}"#])
    func garbage(json: String) throws {
        let content = try JSONValue(parsing: Bytes(json.utf8))
        #expect(Application(content: content) == nil)
        #expect(ApplicationAnswer(content: content) == nil)
    }

    @Test("a patch is described, with its subresource")
    func patch() throws {
        let resource = KubeKind.Resource(group: "apps", version: "v1", plural: "deployments")
        let patch = Application.patch(
            resource, namespace: "demo", name: "web", patchType: "application/merge-patch+json",
            data: Bytes("{}".utf8), subresource: "status")
        #expect(patch.key == "/apps/v1/deployments/demo/web")
        #expect(
            String(decoding: patch.options, as: UTF8.self)
                == #"{"Name":"web","PatchType":"application/merge-patch+json","Data":"e30=","Options":{},"Subresources":["status"]}"#
        )
    }
}
