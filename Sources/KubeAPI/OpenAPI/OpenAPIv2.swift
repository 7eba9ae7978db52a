internal import Beehive

/// The one document of OpenAPI 2, with every kind in it.
enum OpenAPIv2 {
    /// The document.
    static func document(of catalog: KindCatalog) -> JSONValue {
        let library = SchemaLibrary()
        let writer = SchemaWriter(style: .v2, library: library)
        let custom = CustomSchema(writer: writer)
        var definitions = library.types.values.map { ($0.name, writer.schema(of: $0)) }
        definitions += writer.special.map { ($0.name, $0.schema) }
        for kind in catalog.kinds where library.type(of: kind) == nil {
            let name = CustomSchema.name(of: kind)
            // A group may be named so that its types would be called as Kubernetes' own are.
            if library.types[name] == nil { definitions.append((name, custom.schema(of: kind))) }
        }
        return [
            "swagger": "2.0",
            "info": ["title": "Kubernetes", "version": JSONValue(text: ProgramVersion.text)],
            "paths": .object(OpenAPIPaths(style: .v2, library: library).items(for: catalog.kinds)),
            "definitions": .object(definitions.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, $0.1) }),
        ]
    }
}
