/// Reads YAML as Kubernetes does, with the place of everything.
public enum YAMLReader {
    /// Reads all documents of a text; JSON is YAML too.
    ///
    /// Anchors and merges (`<<`) are resolved, within the limits. An empty document between two `---` is a null
    /// scalar; a text of comments alone has no document.
    ///
    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - limits: what the text may cost.
    /// - Returns: the documents in order.
    /// - Throws: `YAMLError` for the first fault, duplicate keys included.
    public static func documents(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [YAMLNode] {
        guard bytes.count <= limits.bytes else {
            throw YAMLError(
                at: YAMLPosition(line: 1, column: 1),
                "the text has \(bytes.count) bytes, at most \(limits.bytes) are read: split it")
        }
        let events = YAMLEvents(SurrogateEscapes.joined(bytes))
        var builder = TreeBuilder(limits: limits)
        while let event = try events.next() { try builder.take(event) }
        return builder.documents
    }
}
