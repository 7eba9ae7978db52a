internal import Beehive

/// Whether fields that a selector names are fields of the kind at all: one that is mistyped would select nothing, and
/// look as if there were nothing.
package enum FieldLabels {
    /// What programs ask for all the time: for these no schema is read.
    private static let usual: [String: Set<String>] = [
        "pods": ["spec.nodeName", "status.phase"],
        "events": [
            "involvedObject.kind", "involvedObject.name", "involvedObject.namespace", "involvedObject.uid", "reason",
            "type",
        ],
    ]

    /// Checks a selector.
    ///
    /// - Parameters:
    ///   - selector: the selector.
    ///   - kind: the kind whose objects it selects; one of which nothing but the name is known may have any field.
    /// - Throws: a 400 that names the field.
    package static func check(_ selector: FieldSelector, kind: KubeKind) throws(APIFailure) {
        var paths = Set(selector.requirements.map(\.path)).subtracting(["metadata.name", "metadata.namespace"])
        if kind.resource.group.isEmpty, let usual = usual[kind.resource.plural] { paths.subtract(usual) }
        guard !paths.isEmpty else { return }
        let library = SchemaLibrary()
        let known = library.type(of: kind)
        guard known != nil || kind.schema != nil else { return }
        for path in paths.sorted() {
            let parts = path.split(separator: ".")[...]
            let isField =
                switch parts.first {
                case "apiVersion", "kind": parts.count == 1
                case "metadata": library.has(parts.dropFirst(), in: .named(SchemaLibrary.metadata))
                default:
                    known.map { library.has(parts, in: .named($0.name)) }
                        ?? has(parts, in: kind.schema ?? [:])
                }
            guard isField else {
                throw .badRequest(
                    "field label not supported: \(SelectorBounds.shown(path)): \(kind.resource) have no such field, or it "
                        + "stands in a list")
            }
        }
    }

    /// Whether an object of a custom kind may have a field, by its definition.
    private static func has(_ parts: ArraySlice<Substring>, in schema: JSONValue) -> Bool {
        guard let first = parts.first else { return true }
        if schema["x-kubernetes-preserve-unknown-fields"] == .bool(true) { return true }
        if let next = schema["properties"]?[String(first)] { return has(parts.dropFirst(), in: next) }
        switch schema["additionalProperties"] {
        case nil, .bool(false)?: return schema["type"]?.text == nil && schema["properties"] == nil
        default: return true
        }
    }
}

extension SchemaLibrary {
    /// Whether a value of this shape may have a field; what lies in maps may have any.
    fileprivate func has(_ parts: ArraySlice<Substring>, in shape: SchemaType.Shape) -> Bool {
        guard let first = parts.first else { return true }
        switch shape {
        case .any, .map: return true
        case .plain, .list: return false
        case .named(let name):
            guard let type = types[name] else { return true }
            if let value = type.value { return has(parts, in: value) }
            guard let field = type.fields.first(where: { $0.name == first }) else { return false }
            return has(parts.dropFirst(), in: field.shape)
        }
    }
}
