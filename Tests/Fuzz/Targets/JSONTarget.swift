internal import Beehive

/// JSON from anybody: the scanner, the sketch, the tree, the strings.
enum JSONTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let json = Bytes(bytes)
        let text = String(decoding: json, as: UTF8.self)
        try expect(JSONValue(text: text).text.map { Array($0.utf8) } == Array(text.utf8), "escaping can be undone")
        let content = try? Content(json: json)
        let tree = try? JSONValue(parsing: json)
        try expect((content == nil) == (tree == nil), "scanner and tree take the same texts")
        guard let content, let tree else { return }
        try expect(Nesting.depth(json) <= 512, "nothing deeper than the limit is taken")
        let written = tree.json
        try expect((try? JSONValue(parsing: written)) == tree, "a tree that is written is read")
        guard let compact = try? Content(json: written) else { throw FuzzFinding("what a tree writes is JSON") }
        try expect(compact.kind == content.kind, "the kind stays")
        try checkSketch(content, tree)
        if let items = JSONMembers.elements(of: json) {
            try expect(items.count == tree.elements.count, "an array has its elements")
            for item in items { try expect((try? Content(json: item)) != nil, "an element is JSON") }
        }
        try checkReplacing(json, tree)
    }

    private static func checkSketch(_ content: Content, _ tree: JSONValue) throws {
        let sketch = content.sketch
        func same(_ span: ContentSketch.Span, _ value: JSONValue?, _ name: String) throws {
            let found = content.bytes(span).flatMap { try? JSONValue(parsing: $0) }
            try expect(found == value, "the sketch sees \(name) as the tree does")
        }
        try same(sketch.apiVersion, tree["apiVersion"], "apiVersion")
        try same(sketch.objectKind, tree["kind"], "kind")
        try same(sketch.metadata, tree["metadata"], "metadata")
        try same(sketch.uid, tree["metadata"]?["uid"], "uid")
        try same(sketch.name, tree["metadata"]?["name"], "name")
        try same(sketch.namespace, tree["metadata"]?["namespace"], "namespace")
        try same(sketch.resourceVersion, tree["metadata"]?["resourceVersion"], "resourceVersion")
        try same(sketch.object, tree["Object"], "Object")
        try same(sketch.error, tree["Err"], "Err")
        try same(sketch.errorStatus, tree["ErrStatus"], "ErrStatus")
        try same(sketch.reportUID, tree["UID"], "UID")
    }

    private static func checkReplacing(_ json: Bytes, _ tree: JSONValue) throws {
        guard case .object = tree else { return }
        let out = JSONMembers.replacing("status", in: json, with: Bytes("7".utf8))
        let changed = try? JSONValue(parsing: out)
        try expect(changed?["status"] == .number(Bytes("7".utf8)), "a member that is replaced is the one that is read")
        let rest = tree.members.filter { $0.key != "status" }
        try expect(changed?.members.filter { $0.key != "status" } == rest, "the other members stay")
    }
}
