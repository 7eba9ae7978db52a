public import Beehive

extension JSONValue {
    /// The value of a YAML node, as Kubernetes' tools read it.
    ///
    /// Integers become decimal, floats keep their digits where JSON allows them; keys become text.
    ///
    /// - Parameter node: the node; its depth was bounded when it was read.
    /// - Throws: `YAMLError` for what JSON cannot hold: infinity, not a number, unknown tags.
    public init(_ node: YAMLNode) throws(YAMLError) {
        switch node.value {
        case .scalar(let scalar):
            switch try ScalarResolution.resolve(scalar, tag: node.tag, at: node.position) {
            case .null: self = .null
            case .bool(let bool): self = .bool(bool)
            case .number(let digits): self = .number(Bytes(digits.utf8))
            case .text(let text): self = JSONValue(text: text)
            case .notFinite(let text):
                throw YAMLError(at: node.position, "'\(text)' has no form in JSON: quote it if it is text")
            }
        case .sequence(let nodes):
            try Self.checkTag(node, is: YAMLTag.sequence)
            var elements: [JSONValue] = []
            elements.reserveCapacity(nodes.count)
            for node in nodes { elements.append(try JSONValue(node)) }
            self = .array(elements)
        case .mapping(let entries):
            try Self.checkTag(node, is: YAMLTag.mapping)
            var members: [JSONMember] = []
            members.reserveCapacity(entries.count)
            for entry in entries { members.append(JSONMember(entry.name, try JSONValue(entry.value))) }
            self = .object(members)
        }
    }

    private static func checkTag(_ node: YAMLNode, is wanted: String) throws(YAMLError) {
        guard node.tag == nil || node.tag == wanted else {
            throw YAMLError(
                at: node.position, "\(node.kindWord) cannot be read as \(ScalarResolution.short(node.tag ?? ""))")
        }
    }
}
