/// One node of a YAML tree, aliases resolved.
public struct YAMLNode: Hashable, Sendable {
    /// What the node holds.
    public enum Value: Hashable, Sendable {
        /// A single text.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and values in the order written.
        case mapping([YAMLEntry])
    }

    /// What the node holds.
    public let value: Value
    /// The tag as written and resolved (`tag:yaml.org,2002:str`, `!mine`); nil when there is none.
    public let tag: String?
    /// Where the node starts; for an alias, where the anchored node starts.
    public let position: YAMLPosition

    /// Makes a node.
    ///
    /// - Parameters:
    ///   - value: what it holds.
    ///   - tag: its tag, if one is written.
    ///   - position: where it starts.
    public init(_ value: Value, tag: String? = nil, at position: YAMLPosition) {
        self.value = value
        self.tag = tag
        self.position = position
    }

    /// The scalar; nil for anything else.
    public var scalar: YAMLScalar? {
        guard case .scalar(let scalar) = value else { return nil }
        return scalar
    }

    /// The elements of a sequence; nil for anything else.
    public var elements: [YAMLNode]? {
        guard case .sequence(let elements) = value else { return nil }
        return elements
    }

    /// The entries of a mapping; nil for anything else.
    public var entries: [YAMLEntry]? {
        guard case .mapping(let entries) = value else { return nil }
        return entries
    }

    /// The value under a key of a mapping.
    public subscript(name: String) -> YAMLNode? { entries?.first { $0.name == name }?.value }

    /// Whether the node says nothing: empty, `~` or `null`, unquoted.
    public var isNull: Bool {
        guard let scalar else { return false }
        return (try? ScalarResolution.resolve(scalar, tag: tag, at: position)) == .null
    }

    /// The kind of node in a word, for errors.
    public var kindWord: String {
        switch value {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// The text of a scalar and how it was written.
public struct YAMLScalar: Hashable, Sendable {
    /// How a scalar can be written.
    public enum Style: Hashable, Sendable {
        /// Without quotes.
        case plain
        /// In single quotes.
        case singleQuoted
        /// In double quotes.
        case doubleQuoted
        /// A block whose line ends stay (`|`).
        case literal
        /// A block whose line ends are folded (`>`).
        case folded
    }

    /// The text, escapes and folding undone.
    public let text: String
    /// How it was written.
    public let style: Style

    /// Makes a scalar.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - style: how it is written.
    public init(_ text: String, style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// One key and its value.
public struct YAMLEntry: Hashable, Sendable {
    /// The key as JSON has it: the text, or the text of the number or boolean that it resolves to.
    public let name: String
    /// Where the key stands.
    public let keyPosition: YAMLPosition
    /// The value.
    public let value: YAMLNode

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - name: the key.
    ///   - keyPosition: where the key stands.
    ///   - value: the value.
    public init(name: String, keyPosition: YAMLPosition, value: YAMLNode) {
        self.name = name
        self.keyPosition = keyPosition
        self.value = value
    }
}
