public import Beehive

extension KubeKind {
    /// The kinds that a CustomResourceDefinition (apiextensions.k8s.io/v1) defines, the preferred version first.
    ///
    /// - Parameter definition: the whole object.
    /// - Returns: one for each served version; none when names, group or versions are missing.
    public static func defined(by definition: JSONValue) -> [KubeKind] {
        let spec = definition["spec"] ?? .null
        let names = spec["names"] ?? .null
        guard let group = spec["group"]?.text, let plural = names["plural"]?.text, let name = names["kind"]?.text,
            isPathWord(group), isPathWord(plural), !name.isEmpty
        else { return [] }
        let isNamespaced = spec["scope"]?.text != "Cluster"
        let kinds = (spec["versions"]?.elements ?? []).compactMap { version -> KubeKind? in
            guard let word = version["name"]?.text, isPathWord(word), version["served"] == .bool(true) else {
                return nil
            }
            var kind = KubeKind(
                resource: Resource(group: group, version: word, plural: plural), kind: name,
                singular: names["singular"]?.nonEmptyText, isNamespaced: isNamespaced)
            kind.shortNames = names["shortNames"]?.texts ?? []
            kind.categories = names["categories"]?.texts ?? []
            kind.listKind = names["listKind"]?.nonEmptyText ?? kind.listKind
            let subresources = version["subresources"] ?? .null
            kind.subresources = ["scale", "status"].filter { !(subresources[$0] ?? .null).isNull }
            kind.isCustom = true
            kind.source = .definition
            kind.columns = (version["additionalPrinterColumns"]?.elements ?? []).compactMap(
                PrinterColumn.init(reading:))
            kind.schema = version["schema"]?["openAPIV3Schema"]
            return kind
        }
        return kinds.sorted { VersionOrder($0.resource.version) < VersionOrder($1.resource.version) }
    }

    /// Whether a word can stand as one part of a path.
    static func isPathWord(_ word: String) -> Bool {
        !word.isEmpty && word.utf8.count <= 253
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension PrinterColumn {
    /// Reads one entry of `additionalPrinterColumns`; nil without a name and a path.
    init?(reading column: JSONValue) {
        guard let name = column["name"]?.text, let path = column["jsonPath"]?.text else { return nil }
        self.init(
            name: name, type: column["type"]?.text ?? "string", format: column["format"]?.text ?? "",
            description: column["description"]?.text ?? "", priority: column["priority"]?.integer ?? 0, jsonPath: path)
    }
}

extension JSONValue {
    var isNull: Bool { self == .null }
    var nonEmptyText: String? { text.flatMap { $0.isEmpty ? nil : $0 } }
    /// The texts of an array, without what is no text.
    var texts: [String] { elements.compactMap(\.text) }
}
