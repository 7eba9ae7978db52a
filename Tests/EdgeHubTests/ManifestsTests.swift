import Beehive
import EdgeHub
import Testing

private func read(_ text: String, file: String = "a.yaml") -> Manifests {
    Manifests([(name: file, bytes: Array(text.utf8))])
}

@Suite struct ManifestsTests {
    @Test(arguments: [
        ("{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: site}}", "site/pod/web"),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}", "default/configmap/c"),
        ("{apiVersion: v1, kind: Node, metadata: {name: edge-node-1}}", "null/node/edge-node-1"),
        ("{apiVersion: v1, kind: PersistentVolume, metadata: {name: v, namespace: x}}", "default/persistentvolume/v"),
        ("{apiVersion: v1, kind: Endpoints, metadata: {name: e}}", "default/endpoints/e"),
        ("{apiVersion: v1, kind: Namespace, metadata: {name: site}}", "default/namespace/site"),
        (
            #"{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"a"}}"#,
            "default/volumeattachment/a"
        ),
    ])
    func `an object gets the resource the cloud would use`(text: String, resource: String) {
        let manifests = read(text)
        #expect(manifests.objects.map(\.resource.key) == [resource])
        #expect(manifests.errors.isEmpty)
    }

    @Test func `lists are expanded and know the lines of their items`() throws {
        let text = """
            apiVersion: v1
            kind: PodList
            items:
              - metadata: {name: a}
              - metadata: {name: b, namespace: site}
            ---
            apiVersion: v1
            kind: List
            items:
              - {apiVersion: v1, kind: Secret, metadata: {name: s}}
            """
        let manifests = read(text)
        #expect(manifests.errors.isEmpty)
        #expect(manifests.objects.map(\.resource.key) == ["default/pod/a", "site/pod/b", "default/secret/s"])
        #expect(manifests.objects.map(\.line) == [4, 5, 10])
        let json = String(decoding: try #require(manifests.objects.first).object.json, as: UTF8.self)
        #expect(json == #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"default"}}"#)
    }

    @Test(arguments: [
        ("a: 1", 1, "no kind"),
        ("\n- a", 2, "a list"),
        ("kind: Pod\nmetadata: {name: x}", 1, "Pod has no apiVersion"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}", 4, "Pod has no metadata.name"),
        ("apiVersion: v1\nkind: Pod", 1, "Pod has no metadata.name"),
        ("apiVersion: v1\nkind: List\nitems: 3", 3, "wants a list"),
        ("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: []}", 4, "list inside"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a/b}", 3, "no '/'"),
        ("apiVersion: v1\nkind: ../x\nmetadata: {name: a}", 2, "no name of a kind"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: .nan", 4, "Pod a: '.nan'"),
        ("apiVersion: v1\nkind: Pod\n\tbad: x", 3, "tab"),
    ])
    func `a broken manifest is named with file and line`(text: String, line: Int, word: String) throws {
        let manifests = read(text, file: "site/b.yaml")
        #expect(manifests.objects.isEmpty)
        let error = try #require(manifests.errors.first)
        #expect(manifests.errors.count == 1)
        #expect(error.file == "site/b.yaml" && error.line == line && error.what.contains(word), "\(error)")
        #expect(error.description.hasPrefix("site/b.yaml:\(line): "))
    }

    @Test func `one bad object or file leaves the others`() {
        let good = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        let manifests = Manifests([
            (name: "1.yaml", bytes: Array("x: [".utf8)), (name: "2.yaml", bytes: Array((good + "---\nkind: X\n").utf8)),
            (name: "3.yaml", bytes: Array(good.utf8)), (name: "4.yaml", bytes: []),
        ])
        #expect(manifests.objects.map(\.file) == ["2.yaml"])
        #expect(manifests.errors.map(\.file) == ["1.yaml", "2.yaml", "3.yaml"])
        #expect(manifests.errors.last?.what.contains("stands in 2.yaml:1 already") == true)
    }
}
