internal import Beehive
internal import EdgeHub
internal import YAMLReader

/// Manifests of a folder, in YAML or JSON.
enum ManifestTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let text = [UInt8](bytes)
        let manifests = Manifests([("f.yaml", text)])
        for manifest in manifests.objects {
            let json = manifest.object.json
            guard let content = try? Content(json: json) else { throw FuzzFinding("an object is JSON") }
            try expect(content.text(content.sketch.name) == manifest.name, "an object has the name it is known by")
            let path = manifest.resource
            try expect((try? ResourcePath(parsing: path.key)) == path, "an object has a resource")
            try expect(manifest.line >= 1, "an object stands on a line")
        }
        for error in manifests.errors { try expect(!error.what.isEmpty && error.line >= 1, "an error has a place") }
        let limits = YAMLLimits(bytes: 4096, depth: 16, expansion: 1024, documents: 4)
        guard let documents = try? YAMLReader.documents(text, limits: limits) else { return }
        try expect(text.count <= 4096 && documents.count <= 4, "limits hold")
        for document in documents {
            let depth = Self.depth(document)
            try expect(depth <= 16, "nothing deeper than the limit is taken")
            guard let tree = try? JSONValue(document) else { continue }
            // Numbers grow when a base or an exponent is spelled out, texts when they are escaped.
            try expect(tree.json.count <= 8 * (text.count + 1024) + 64, "aliases add no more than the limit")
        }
    }

    private static func depth(_ node: YAMLNode) -> Int {
        switch node.value {
        case .scalar: 0
        case .sequence(let nodes): 1 + (nodes.map(depth).max() ?? 0)
        case .mapping(let entries): 1 + (entries.map { depth($0.value) }.max() ?? 0)
        }
    }
}
