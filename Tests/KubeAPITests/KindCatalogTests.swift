import Beehive
import KubeAPI
import Testing

@Suite("The catalog of kinds")
struct KindCatalogTests {
    private func list(_ groupVersion: String, _ plural: String, _ kind: String) -> JSONValue {
        [
            "kind": "APIResourceList", "groupVersion": JSONValue(text: groupVersion),
            "resources": [
                [
                    "name": JSONValue(text: plural), "kind": JSONValue(text: kind), "namespaced": true,
                    "verbs": ["get", "list", "watch"],
                ]
            ],
        ]
    }

    private func definition(group: String, plural: String, kind: String, version: String) -> JSONValue {
        [
            "spec": [
                "group": JSONValue(text: group), "scope": "Namespaced",
                "names": ["plural": JSONValue(text: plural), "kind": JSONValue(text: kind)],
                "versions": [["name": JSONValue(text: version), "served": true, "storage": true]],
            ]
        ]
    }

    @Test("a plural is made up only while nothing else names one")
    func guessedLast() throws {
        let stored = [StoredKind(apiVersion: "example.io/v1", kind: "Ox", isNamespaced: true)]
        let guessed = KindCatalog.assembled(stored: stored).kind(apiVersion: "example.io/v1", kind: "Ox")
        #expect(guessed?.resource.plural == "oxs")
        #expect(guessed?.source == .guessed)

        let discovery = [list("example.io/v1", "oxen", "Ox")]
        let discovered = KindCatalog.assembled(discovery: discovery, stored: stored)
        #expect(discovered.kind(apiVersion: "example.io/v1", kind: "Ox")?.resource.plural == "oxen")
        #expect(discovered.kind(of: .init(group: "example.io", version: "v1", plural: "oxs")) == nil)

        let definitions = [definition(group: "example.io", plural: "oxes", kind: "Ox", version: "v1")]
        let defined = KindCatalog.assembled(definitions: definitions, discovery: discovery, stored: stored)
        #expect(defined.kind(apiVersion: "example.io/v1", kind: "Ox")?.resource.plural == "oxes")
        #expect(defined.kind(of: .init(group: "example.io", version: "v1", plural: "oxen")) == nil)
    }

    @Test("another version of the same kind lends its plural")
    func sibling() {
        let catalog = KindCatalog.assembled(
            discovery: [list("example.io/v1", "oxen", "Ox")],
            stored: [StoredKind(apiVersion: "example.io/v1alpha1", kind: "Ox", isNamespaced: false)])
        let kind = catalog.kind(apiVersion: "example.io/v1alpha1", kind: "Ox")
        #expect(kind?.resource.plural == "oxen")
        #expect(kind?.isNamespaced == true)
        #expect(kind?.source == .guessed)
    }

    @Test("nothing takes the place of Kubernetes' own kinds")
    func builtInFirst() {
        let catalog = KindCatalog.assembled(
            definitions: [definition(group: "apps", plural: "deployments", kind: "Fake", version: "v1")],
            discovery: [list("v1", "podz", "Pod")],
            stored: [StoredKind(apiVersion: "v1", kind: "Endpoints", isNamespaced: false)])
        #expect(catalog.kinds == KindCatalog.builtIn.kinds)
    }

    @Test("a definition of a kind of KubeEdge takes the place of the table's, with its versions alone")
    func definedKubeEdge() {
        let catalog = KindCatalog.assembled(
            definitions: [
                definition(
                    group: "operations.kubeedge.io", plural: "nodeupgradejobs", kind: "NodeUpgradeJob", version: "v1")
            ], discovery: [list("operations.kubeedge.io/v1alpha2", "nodeupgradejobs", "NodeUpgradeJob")])
        let versions = catalog.kinds.filter { $0.kind == "NodeUpgradeJob" }.map(\.apiVersion)
        #expect(versions == ["operations.kubeedge.io/v1"])
        #expect(catalog.kind(apiVersion: "operations.kubeedge.io/v1alpha1", kind: "ImagePrePullJob") != nil)
    }

    @Test("the cloud's word on a kind of KubeEdge counts more than the table's")
    func discoveredKubeEdge() {
        let catalog = KindCatalog.assembled(discovery: [list("devices.kubeedge.io/v1beta1", "devices", "Device")])
        let device = catalog.kind(apiVersion: "devices.kubeedge.io/v1beta1", kind: "Device")
        #expect(device?.source == .discovery)
        #expect(device?.verbs == ["get", "list", "watch"])
    }

    @Test("groups stand in discovery's order, custom ones by name, versions by preference")
    func order() {
        let catalog = KindCatalog.assembled(
            definitions: [CustomKindTests.definition],
            discovery: [list("aaa.io/v1alpha1", "as", "A"), list("aaa.io/v1", "as", "A"), list("v1", "zs", "Z")])
        var groups: [String] = []
        for kind in catalog.kinds where groups.last != kind.resource.group { groups.append(kind.resource.group) }
        #expect(groups.count == Set(groups).count)
        #expect(groups.prefix(3) == ["", "apiregistration.k8s.io", "apps"])
        #expect(groups.suffix(8).first == "aaa.io")
        #expect(groups.contains("example.io"))
        #expect(catalog.kinds.filter { $0.resource.group == "aaa.io" }.map(\.resource.version) == ["v1", "v1alpha1"])
        #expect(
            catalog.kinds.filter { $0.resource.group == "autoscaling" }.map(\.resource.version) == ["v2", "v1"])
    }

    @Test("kinds of several groups may be stored under one type")
    func storedTypes() {
        #expect(KindCatalog.builtIn.kinds(storedAs: "event").map(\.apiVersion) == ["v1", "events.k8s.io/v1"])
        #expect(KindCatalog.builtIn.kinds(storedAs: "configmap").map(\.apiVersion) == ["v1"])
        #expect(KindCatalog.builtIn.kinds(storedAs: "podstatus").isEmpty)
    }
}
