import Beehive
import KubeAPI
import Testing

@Suite("Discovery")
struct DiscoveryTests {
    private let catalog = KindCatalog.assembled(definitions: [CustomKindTests.definition])

    private func get(_ path: String, accept: String? = nil) throws -> (type: String, json: JSONValue) {
        let document = try #require(
            Discovery.respond(path: path.split(separator: "/").map(String.init), accept: accept, catalog: catalog))
        return (document.contentType, try JSONValue(parsing: document.bytes))
    }

    @Test("the core group has one version")
    func coreVersions() throws {
        let answer = try get("/api")
        #expect(answer.type == "application/json")
        #expect(answer.json["kind"] == "APIVersions")
        #expect(answer.json["versions"] == ["v1"])
    }

    @Test("the other groups stand with their versions, the preferred one first")
    func groups() throws {
        let answer = try get("/apis").json
        #expect(answer["kind"] == "APIGroupList")
        let groups = answer["groups"]?.elements ?? []
        #expect(!groups.contains { $0["name"] == "" })
        let custom = try #require(groups.first { $0["name"] == "example.io" })
        #expect(custom["preferredVersion"] == ["groupVersion": "example.io/v2", "version": "v2"])
        #expect(custom["versions"]?.elements.map { $0["version"]?.text } == ["v2", "v1beta1"])
        let single = try get("/apis/example.io").json
        #expect(single["kind"] == "APIGroup")
        #expect(single["versions"] == custom["versions"])
    }

    @Test("a version's resources stand with what is behind their names")
    func resources() throws {
        let answer = try get("/api/v1").json
        #expect(answer["groupVersion"] == "v1")
        let resources = answer["resources"]?.elements ?? []
        func entry(_ name: String) -> JSONValue? { resources.first { $0["name"]?.text == name } }
        #expect(entry("pods")?["shortNames"] == ["po"])
        #expect(entry("pods")?["namespaced"] == true)
        #expect(entry("pods")?["verbs"]?.elements.count == 8)
        #expect(entry("pods/status")?["kind"] == "Pod")
        // What cannot work is not offered.
        #expect(entry("pods/log") == nil && entry("pods/exec") == nil && entry("namespaces/finalize") == nil)
        #expect(entry("pods/eviction")?["group"] == "policy")
        #expect(entry("nodes")?["namespaced"] == false)
        #expect(entry("bindings")?["verbs"] == ["create"])
        #expect(entry("serviceaccounts/token")?["kind"] == "TokenRequest")
        let scale = try get("/apis/apps/v1").json["resources"]?.elements.first { $0["name"] == "deployments/scale" }
        #expect(scale?["kind"] == "Scale")
        #expect(scale?["version"] == "v1")
    }

    @Test(
        "the aggregated form is given to who wants it",
        arguments: [
            ("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json", "v2"),
            (
                "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList, application/json", "v2beta1"
            ), ("application/json; q=0.5, application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "v2"),
            ("application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json", ""),
            ("application/json,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", ""),
            ("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;q=0", ""), ("*/*", ""), ("", ""),
        ])
    func negotiation(accept: String, version: String) throws {
        for path in ["/api", "/apis"] {
            let answer = try get(path, accept: accept)
            if version.isEmpty {
                #expect(answer.type == "application/json")
                #expect(answer.json["kind"] != "APIGroupDiscoveryList")
            } else {
                #expect(answer.type == "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList")
                #expect(answer.json["apiVersion"]?.text == "apidiscovery.k8s.io/\(version)")
            }
        }
    }

    @Test("what discovery says, read back, is the catalog", arguments: [false, true])
    func readBack(isAggregated: Bool) throws {
        let accept = isAggregated ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" : nil
        var paths = ["/api", "/apis"]
        if !isAggregated {
            paths = Set(catalog.kinds.map(\.apiVersion)).map { ($0 == "v1" ? "/api/" : "/apis/") + $0 }
        }
        let kinds = try paths.flatMap { KubeKind.discovered(in: try get($0, accept: accept).json) }
        #expect(kinds.count == catalog.kinds.count)
        for kind in kinds {
            var known = try #require(catalog.kind(of: kind.resource))
            known.subresources = known.servedSubresources.map(\.name)
            known.isCustom = true
            known.source = .discovery
            known.columns = []
            known.schema = nil
            known.listKind = kind.listKind
            #expect(known == kind)
        }
    }

    @Test("the version is the cloud's, if it is known")
    func version() throws {
        let own = try get("/version").json
        #expect(own["gitVersion"]?.text?.hasPrefix("v1.32.") == true)
        let clouds: JSONValue = ["major": "1", "minor": "29", "gitVersion": "v1.29.3"]
        let answer = Discovery.respond(path: ["version"], accept: nil, catalog: catalog, version: clouds)
        #expect(try JSONValue(parsing: try #require(answer).bytes) == clouds)
    }

    @Test(
        "other paths are left to others",
        arguments: [
            "/", "/healthz", "/api/v2", "/api/v1/pods", "/apis/nothing.io", "/apis/apps/v9",
            "/apis/apps/v1/deployments",
            "/version/x", "/openapi", "/openapi/v4", "/openapi/v3/api", "/openapi/v3/apis/apps",
            "/openapi/v3/apis/nothing.io/v1", "/openapi/v2/x", "/openapi/v3/x/apps/v1",
        ])
    func others(path: String) {
        let segments = path.split(separator: "/").map(String.init)
        #expect(Discovery.respond(path: segments, accept: nil, catalog: catalog) == nil)
    }

    @Test("an endless list of wishes is read to its bound")
    func manyRanges() throws {
        let accept = String(repeating: "text/x;q=0.1,", count: 100_000)
        #expect(try get("/api", accept: accept).type == "application/json")
    }

    @Test(
        "the same catalog gives the same bytes",
        arguments: ["api", "apis", "api/v1", "apis/apps/v1", "openapi/v2", "openapi/v3", "openapi/v3/api/v1"])
    func determinism(path: String) {
        let segments = path.split(separator: "/").map(String.init)
        let again = KindCatalog.assembled(definitions: [CustomKindTests.definition])
        #expect(
            Discovery.respond(path: segments, accept: nil, catalog: catalog)
                == Discovery.respond(path: segments, accept: nil, catalog: again))
    }
}
