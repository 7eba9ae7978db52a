import Beehive
import KubeAPI
import Testing

@Suite("Tables of custom kinds")
struct CustomTableTests {
    private static let object: JSONValue = [
        "metadata": [
            "name": "a", "creationTimestamp": "2026-11-21T11:55:00Z",
            "annotations": ["x.io/since": "2026-11-21T10:00:00Z", "plain": "p"],
        ],
        "spec": [
            "size": 3, "ratio": .number(Bytes("2.75".utf8)), "on": true, "text": "t", "nothing": nil,
            "list": ["x", "y", "z"],
            "ports": [["name": "http", "port": 80], ["name": "https", "port": 443]], "map": ["k": "v"], "odd key": "o",
        ],
        "status": [
            "conditions": [
                ["type": "Synced", "status": "False"],
                ["type": "Ready", "status": "True", "n": 2, "inner": ["deep": "d"]],
            ]
        ],
    ]

    private func cell(_ path: String, _ type: String = "string") -> String {
        let column = PrinterColumn(name: "X", type: type, jsonPath: path)
        let text = cells("example.com", "things", Self.object, isCustom: true, columns: [column])
        return String(text.dropFirst("a | ".count))
    }

    @Test(
        "a path",
        arguments: [
            (".spec.text", "t"), ("spec.text", "null"), ("$.spec.text", "t"), ("{.spec.text}", "t"),
            (".spec.none", "null"),
            (".spec.nothing", "null"), (".spec.size", "3"), (".spec.on", "true"), (".spec.list", "[\"x\",\"y\",\"z\"]"),
            (".spec.map", "{\"k\":\"v\"}"), (".spec.list[0]", "x"), (".spec.list[-1]", "z"), (".spec.list[3]", "null"),
            (".spec.list[-4]", "null"), (".spec.list[*]", "x"), (".spec.map.*", "v"), (".spec.map[*]", "v"),
            (".spec.ports[*].port", "80"), (".spec.ports[1].name", "https"), (".spec.text[0]", "null"),
            (".spec['text']", "t"), (".spec[\"odd key\"]", "o"), (".spec.odd key", "o"),
            (".metadata.annotations.x\\.io/since", "2026-11-21T10:00:00Z"),
            (".metadata.annotations['x.io/since']", "2026-11-21T10:00:00Z"),
            (".metadata.annotations['x\\.io/since']", "2026-11-21T10:00:00Z"),
            (".status.conditions[?(@.type==\"Ready\")].status", "True"),
            (".status.conditions[?(@.type=='Ready')].status", "True"),
            (".status.conditions[?( @.type == \"Synced\" )].status", "False"),
            (".status.conditions[?(@.type!=\"Synced\")].type", "Ready"),
            (".status.conditions[?(@.type==\"None\")].status", "null"), (".status.conditions[?(@.n)].type", "Ready"),
            (".status.conditions[?(@.n>=2)].type", "Ready"), (".status.conditions[?(@.n>2)].type", "null"),
            (".status.conditions[?(@.n==2.0)].type", "Ready"),
            (".status.conditions[?(@.inner.deep==\"d\")].type", "Ready"),
            (".status.conditions[?(@['type']=='Ready')].status", "True"),
            (".spec.ports[?(@.port<100)].name", "http"), (".spec.list[?(@==\"y\")]", "y"),
        ])
    func paths(path: String, expected: String) { #expect(cell(path) == expected) }

    @Test(
        "a path that is not understood is an empty cell",
        arguments: [
            "..text", ".spec..text", ".spec.list[0:2]", ".spec.list[0,1]", ".spec.list[", ".spec.list[]",
            ".spec.list[x]",
            ".spec.list[1", ".spec['text", ".spec.text]", ".spec[?(@.a==)]", ".spec[?(@.a=='b']", ".spec[?(.a=='b')]",
            ".spec[?(@.list[*]=='x')]", ".spec[?(@.a[?(@.b)])]", ".spec.list[99999999999999999999]", "\\", ".a\\",
            "{.a", "",
            ".spec.ports[?(@.port<[1])]",
        ])
    func notUnderstood(path: String) {
        // The empty path is the whole object, which is no whole number.
        #expect(cell(path, "integer") == "null")
        if !path.isEmpty { #expect(cell(path) == "null") }
    }

    @Test(
        "a value as its column's type wants it",
        arguments: [
            (".spec.size", "integer", "3"), (".spec.ratio", "integer", "2"), (".spec.text", "integer", "null"),
            (".spec.ratio", "number", "2.75"), (".spec.on", "boolean", "true"), (".spec.size", "boolean", "null"),
            (".metadata.creationTimestamp", "date", "5m"), (".metadata.annotations.x\\.io/since", "date", "120m"),
            (".spec.text", "date", "<invalid>"), (".spec.size", "date", "null"), (".spec.text", "other", "null"),
            (".spec.ratio", "string", "2.75"),
        ])
    func types(path: String, type: String, expected: String) { #expect(cell(path, type) == expected) }

    @Test("columns are said as the definition says them, behind the name")
    func columns() {
        let columns = [
            PrinterColumn(name: "Ready", type: "string", description: "Is it?", jsonPath: ".status.ready"),
            PrinterColumn(name: "Since", type: "date", format: "date-time", priority: 1, jsonPath: ".status.since"),
        ]
        let table = ObjectTable(kind: kind("example.com", "things", isCustom: true), columns: columns)
        let heads = table.list([], metadata: [:], now: tableNow)["columnDefinitions"]?.elements ?? []
        #expect(heads.compactMap { $0["name"]?.text } == ["Name", "Ready", "Since"])
        #expect(heads.last?["description"]?.text?.contains(".status.since") == true && heads.last?["priority"] == 1)
        #expect(heads.last?["format"] == "date-time" && heads[1]["description"] == "Is it?")
    }

    @Test("a custom kind without columns shows its age")
    func noColumns() {
        for columns in [nil, []] as [[PrinterColumn]?] {
            #expect(cells("example.com", "things", Self.object, isCustom: true, columns: columns) == "a | 5m")
            #expect(cells("gateway.k8s.io", "things", Self.object, isCustom: true, columns: columns) == "a | 5m")
        }
    }

    @Test("hostile definitions cost little and show nothing")
    func hostile() {
        let paths = [
            String(repeating: ".", count: 1_000_000), String(repeating: ".a", count: 500_000),
            String(repeating: "[*]", count: 400),
            String(repeating: "[", count: 1000), String(repeating: ".*", count: 300),
            String(repeating: "[?(@", count: 200),
            "[?(@" + String(repeating: ".a", count: 200) + ")]", String(repeating: "\\", count: 999),
        ]
        for path in paths { #expect(cell(path) == "null") }
        let many = (0..<10_000).map { PrinterColumn(name: "\($0)", type: "string", jsonPath: ".spec.text") }
        let text = cells("example.com", "things", Self.object, isCustom: true, columns: many)
        #expect(text.split(separator: "|").count == 65)
    }
}
