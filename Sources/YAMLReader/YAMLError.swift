/// A place in a YAML text, counted from 1.
public struct YAMLPosition: Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let line: Int
    /// The column, in characters.
    public let column: Int

    /// Makes a position.
    ///
    /// - Parameters:
    ///   - line: the line, from 1.
    ///   - column: the column, from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place in words.
    public var description: String { "line \(line), column \(column)" }
}

/// What is wrong with a YAML text, and where; the caller knows the file.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where.
    public let position: YAMLPosition
    /// What is wrong, in one line.
    public let what: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - position: where.
    ///   - what: what is wrong, in one line.
    public init(at position: YAMLPosition, _ what: String) {
        self.position = position
        self.what = what
    }

    /// The line, from 1.
    public var line: Int { position.line }
    /// The column, from 1.
    public var column: Int { position.column }
    /// Place and fault in one line.
    public var description: String { "\(position): \(what)" }
}

/// What a YAML text may cost.
///
/// Anything above is refused, so that a hostile text costs no more than an honest one.
public struct YAMLLimits: Hashable, Sendable {
    /// The length of the text in bytes.
    public var bytes: Int
    /// How deep sequences and mappings nest, aliases resolved.
    public var depth: Int
    /// What all aliases and merges together may add, in bytes of text plus 16 for each node.
    public var expansion: Int
    /// How many documents a text may hold.
    public var documents: Int

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - bytes: the length of the text in bytes.
    ///   - depth: how deep sequences and mappings nest.
    ///   - expansion: what aliases may add, in bytes of text plus 16 for each node.
    ///   - documents: how many documents a text may hold.
    public init(bytes: Int = 16 << 20, depth: Int = 128, expansion: Int = 4 << 20, documents: Int = 65536) {
        self.bytes = bytes
        self.depth = depth
        self.expansion = expansion
        self.documents = documents
    }
}
