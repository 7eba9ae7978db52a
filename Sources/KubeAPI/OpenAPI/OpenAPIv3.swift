internal import Beehive

/// The documents of OpenAPI 3: an index, and one for each group and version.
enum OpenAPIv3 {
    /// `/openapi/v3`, without hashes.
    static func index(of catalog: KindCatalog) -> JSONValue {
        index(paths(of: catalog).map { ($0, Optional<String>.none) })
    }

    /// What stands behind `/openapi/v3/` in the paths of documents.
    static func paths(of catalog: KindCatalog) -> [String] {
        catalog.groups.flatMap { group in
            group.versions.map { (group.name.isEmpty ? "api/" : "apis/") + group.groupVersion($0) }
        }
    }

    /// The index of documents with their hashes: who has a document of that hash need not ask for it again.
    static func index(_ paths: [(path: String, hash: String?)]) -> JSONValue {
        let members = paths.map { path, hash in
            JSONMember(
                path,
                ["serverRelativeURL": JSONValue(text: "/openapi/v3/\(path)" + (hash.map { "?hash=\($0)" } ?? ""))])
        }
        return ["paths": .object(members)]
    }

    /// The document of one group and version; nil when nothing is served there.
    static func document(group: String, version: String, of catalog: KindCatalog) -> JSONValue? {
        let kinds = catalog.kinds.filter { $0.resource.group == group && $0.resource.version == version }
        if kinds.isEmpty { return nil }
        let library = SchemaLibrary()
        let writer = SchemaWriter(style: .v3, library: library)
        let custom = CustomSchema(writer: writer)
        var schemas: [(String, JSONValue)] = []
        var wanted: Set<String> = [SchemaLibrary.metadata]
        for kind in kinds {
            let name = CustomSchema.name(of: kind)
            if let type = library.type(of: kind) {
                wanted.insert(type.name)
            } else if library.types[name] == nil {
                // A group may be named so that its types would be called as Kubernetes' own are.
                schemas.append((name, custom.schema(of: kind)))
            }
        }
        wanted = closure(of: wanted, in: library)
        schemas += wanted.compactMap { library.types[$0] }.map { ($0.name, writer.schema(of: $0)) }
        schemas += writer.special.filter { wanted.contains($0.name) }.map { ($0.name, $0.schema) }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": JSONValue(text: ProgramVersion.text)],
            "paths": .object(OpenAPIPaths(style: .v3, library: library).items(for: kinds)),
            "components": ["schemas": .object(schemas.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, $0.1) })],
        ]
    }

    /// The types and every type that stands in them.
    private static func closure(of names: Set<String>, in library: SchemaLibrary) -> Set<String> {
        var found = names
        var open = Array(names)
        while let name = open.popLast() {
            for field in library.types[name]?.fields ?? [] {
                var shape = field.shape
                while true {
                    switch shape {
                    case .list(let inner), .map(let inner):
                        shape = inner
                        continue
                    case .named(let other): if found.insert(other).inserted { open.append(other) }
                    case .plain, .any: break
                    }
                    break
                }
            }
        }
        return found
    }
}
