/// Writes messages as frames, field for field as Go's encoder does.
///
/// Empty strings and false are left out, save `msg_id`, `timestamp` and `content`; the content's bytes are copied as
/// they are; unknown fields follow the known ones.
public enum MessageEncoder {
    /// The frame of a message, without a line feed.
    ///
    /// - Parameter message: the message.
    /// - Returns: one JSON object.
    public static func encode(_ message: Message) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(320 + message.content.byteCount)
        append(message, to: &out)
        return out
    }

    /// Appends the frame of a message.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - out: where it is appended.
    public static func append(_ message: Message, to out: inout [UInt8]) {
        appendHead(of: message, to: &out)
        message.content.append(to: &out)
        appendTail(of: message, to: &out)
    }

    /// Writes the frame of a message in pieces, so that a list in the store need not be held.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - size: about how large a piece is.
    ///   - cursor: the list, when it is open already; it is opened if nil.
    ///   - body: gets each piece.
    /// - Throws: what the body throws, and when the list cannot be read.
    public static func write(
        _ message: Message, inPiecesOf size: Int, from cursor: (any TextCursor)? = nil,
        _ body: ([UInt8]) throws -> Void
    ) throws {
        guard case .stored(let texts) = message.content.form else { return try body(encode(message)) }
        guard let cursor else {
            return try texts.withSnapshot { try write(message, inPiecesOf: size, from: $0, body) }
        }
        var out: [UInt8] = []
        out.reserveCapacity(size + size / 4)
        appendHead(of: message, to: &out)
        var separator = UInt8(ascii: "[")
        try cursor.walk { text in
            out.append(separator)
            separator = UInt8(ascii: ",")
            JSONText.appendString(text, to: &out)
            guard out.count >= size else { return }
            try body(out)
            out.removeAll(keepingCapacity: true)
        }
        if separator == UInt8(ascii: "[") { out.append(separator) }
        out.append(UInt8(ascii: "]"))
        appendTail(of: message, to: &out)
        try body(out)
    }

    private static func appendHead(of message: Message, to out: inout [UInt8]) {
        let header = message.header
        out.append(contentsOf: #"{"header":{"msg_id":"#.utf8)
        JSONText.appendString(header.id.utf8, to: &out)
        field("parent_msg_id", header.parentID, to: &out)
        out.append(contentsOf: #","timestamp":"#.utf8)
        out.append(contentsOf: String(header.timestamp).utf8)
        field("resourceversion", header.resourceVersion, to: &out)
        if header.sync { out.append(contentsOf: #","sync":true"#.utf8) }
        field("type", header.type, to: &out)
        extras(header.extras, to: &out)
        out.append(contentsOf: #"},"route":{"#.utf8)
        let open = out.count
        let route = message.route
        field("source", route.source.rawValue, to: &out)
        field("destination", route.destination, to: &out)
        field("group", route.group.rawValue, to: &out)
        field("operation", route.operation.rawValue, to: &out)
        field("resource", route.resource, to: &out)
        extras(route.extras, to: &out)
        if out.count > open { out.remove(at: open) }
        out.append(contentsOf: #"},"content":"#.utf8)
    }

    private static func appendTail(of message: Message, to out: inout [UInt8]) {
        extras(message.extras, to: &out)
        out.append(UInt8(ascii: "}"))
    }

    /// Every field is written with a comma before it; the route's first one is taken out again.
    private static func field(_ name: StaticString, _ value: String, to out: inout [UInt8]) {
        guard !value.isEmpty else { return }
        out.append(contentsOf: #",""#.utf8)
        out.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        out.append(contentsOf: #"":"#.utf8)
        JSONText.appendString(value.utf8, to: &out)
    }

    private static func extras(_ fields: [ExtraField], to out: inout [UInt8]) {
        for field in fields {
            out.append(UInt8(ascii: ","))
            JSONText.appendString(field.name.utf8, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: field.json)
        }
    }
}
