public import Beehive

/// JSON trees as YAML, in the block style of Kubernetes' tools.
public enum YAMLText {
    /// Below this, values stand on one line in JSON's style: a leaf then costs no more than this many indentations,
    /// however deep a stranger nested it.
    private static let blockDepth = 24

    /// Writes a value as one YAML document.
    ///
    /// - Parameter value: any value; its depth was bounded when it was read.
    /// - Returns: UTF-8 that ends with a line feed; every reader of YAML 1.1 or 1.2 finds the same value in it.
    public static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = YAMLWriter(blockDepth: blockDepth)
        writer.document(value)
        return writer.out
    }
}

private struct YAMLWriter {
    var out: [UInt8] = []
    let blockDepth: Int

    init(blockDepth: Int) { self.blockDepth = blockDepth }

    mutating func document(_ value: JSONValue) {
        if isBlock(value, depth: 0) { block(value, depth: 0, isInline: true) } else { inline(value, depth: 0) }
    }

    /// Whether a value gets lines of its own.
    private func isBlock(_ value: JSONValue, depth: Int) -> Bool {
        guard depth < blockDepth else { return false }
        switch value {
        case .object(let members): return !members.isEmpty
        case .array(let elements): return !elements.isEmpty
        default: return false
        }
    }

    /// Writes members or elements, each on a line.
    ///
    /// - Parameters:
    ///   - value: an object or an array with something in it.
    ///   - depth: how far it stands to the right.
    ///   - isInline: whether the first line is begun already.
    private mutating func block(_ value: JSONValue, depth: Int, isInline: Bool) {
        var isFirst = isInline
        if case .array(let elements) = value {
            for element in elements {
                if !isFirst { indent(depth) }
                isFirst = false
                put("-")
                guard isBlock(element, depth: depth + 1) else {
                    put(" ")
                    inline(element, depth: depth + 1)
                    continue
                }
                put(" ")
                block(element, depth: depth + 1, isInline: true)
            }
            return
        }
        for member in Self.unique(value.members) {
            if !isFirst { indent(depth) }
            isFirst = false
            key(member.key, depth: depth)
            guard isBlock(member.value, depth: depth + 1) else {
                put(" ")
                inline(member.value, depth: depth + 1)
                continue
            }
            put("\n")
            // Elements stand as far left as the key of their list.
            if case .array = member.value {
                indent(depth)
                block(member.value, depth: depth, isInline: true)
            } else {
                indent(depth + 1)
                block(member.value, depth: depth + 1, isInline: true)
            }
        }
    }

    /// Writes a value that begins on the current line, and ends it.
    private mutating func inline(_ value: JSONValue, depth: Int) {
        if case .string = value, depth <= blockDepth, let text = value.text, YAMLScalar.isLiteral(text) {
            literal(text, depth: max(depth, 1))
            return
        }
        flow(value, isInFlow: false)
        put("\n")
    }

    /// Writes a text of several lines as they are.
    private mutating func literal(_ text: String, depth: Int) {
        let bytes = Array(text.utf8)
        let endings = bytes.reversed().prefix { $0 == 0x0A }.count
        put(endings == 0 ? "|-\n" : endings == 1 ? "|\n" : "|+\n")
        // The last line's feed is written by this loop, or was there.
        for line in bytes.dropLast(endings == 0 ? 0 : 1).split(separator: 0x0A, omittingEmptySubsequences: false) {
            if !line.isEmpty { indent(depth) }
            out.append(contentsOf: line)
            put("\n")
        }
    }

    private mutating func flow(_ value: JSONValue, isInFlow: Bool) {
        switch value {
        case .null: put("null")
        case .bool(let bool): put(bool ? "true" : "false")
        case .number(let digits): out.append(contentsOf: digits)
        case .string: YAMLScalar.append(value.text ?? "", isInFlow: isInFlow, to: &out)
        case .array(let elements):
            put("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { put(", ") }
                flow(element, isInFlow: true)
            }
            put("]")
        case .object(let members):
            put("{")
            for (index, member) in Self.unique(members).enumerated() {
                if index > 0 { put(", ") }
                if member.key.utf8.count > YAMLScalar.longestKey { put("? ") }
                YAMLScalar.append(member.key, isInFlow: true, to: &out)
                put(": ")
                flow(member.value, isInFlow: true)
            }
            put("}")
        }
    }

    /// Writes a key with its colon; a long one in the form that has no bound.
    private mutating func key(_ key: String, depth: Int) {
        let isLong = key.utf8.count > YAMLScalar.longestKey
        if isLong { put("? ") }
        YAMLScalar.append(key, isInFlow: false, to: &out)
        if isLong {
            put("\n")
            indent(depth)
        }
        put(":")
    }

    /// The members without those that a later one of the same key overrules: YAML refuses duplicates.
    private static func unique(_ members: [JSONMember]) -> [JSONMember] {
        var seen: Set<String> = []
        guard members.contains(where: { !seen.insert($0.key).inserted }) else { return members }
        seen = []
        return members.reversed().filter { seen.insert($0.key).inserted }.reversed()
    }

    private mutating func indent(_ depth: Int) {
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
    private mutating func put(_ text: StaticString) {
        out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
