/// The JSON kinds of a value.
public enum JSONKind: UInt8, Sendable {
    /// `null`, which also stands for an absent value.
    case null
    /// `true` or `false`.
    case bool
    /// A number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
}

/// Where in a content the few fields lie that the rules ask for, found in the same pass that validates it.
///
/// Offsets count from the content's first byte. The last of duplicate keys wins, as in Go.
public struct ContentSketch: Sendable, Hashable {
    /// A run of bytes; `end` 0 means that there is none.
    public struct Span: Sendable, Hashable {
        var start: UInt32 = 0
        var end: UInt32 = 0

        /// False when the field is absent.
        public var isPresent: Bool { end != 0 }
    }

    /// The content's kind.
    public internal(set) var kind: JSONKind = .null
    /// `apiVersion`, with quotes.
    public internal(set) var apiVersion = Span()
    /// `kind`, with quotes.
    public internal(set) var objectKind = Span()
    /// `metadata`.
    public internal(set) var metadata = Span()
    /// `metadata.uid`, with quotes.
    public internal(set) var uid = Span()
    /// `metadata.resourceVersion`, with quotes.
    public internal(set) var resourceVersion = Span()
    /// `metadata.name`, with quotes.
    public internal(set) var name = Span()
    /// `metadata.namespace`, with quotes.
    public internal(set) var namespace = Span()
    /// `Object` of an ObjectResp.
    public internal(set) var object = Span()
    /// `Err` of an ObjectResp.
    public internal(set) var error = Span()
    /// `ErrStatus` of a status error.
    public internal(set) var errorStatus = Span()
    /// `UID` of a status report.
    public internal(set) var reportUID = Span()
    /// True when an object has no member.
    public internal(set) var isEmptyObject = false

    init() {}

    /// Reads one value at the scanner's position, and notes where its fields lie.
    init(reading scanner: inout JSONScanner, depth: Int) throws(JSONFault) {
        guard let first = scanner.peek() else { throw scanner.unexpected() }
        let base = scanner.position
        switch first {
        case UInt8(ascii: "{"):
            kind = .object
            try readObject(&scanner, base: base, depth: depth)
        case UInt8(ascii: "["):
            kind = .array
            try scanner.skip(depth: depth)
        case UInt8(ascii: "\""):
            kind = .string
            _ = try scanner.string()
        case UInt8(ascii: "n"):
            kind = .null
            try scanner.literal("null")
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            kind = .bool
            try scanner.skip(depth: depth)
        default:
            kind = .number
            try scanner.skip(depth: depth)
        }
    }

    private mutating func readObject(_ scanner: inout JSONScanner, base: Int, depth: Int) throws(JSONFault) {
        var sketch = self
        sketch.isEmptyObject = true
        try scanner.object { scanner, key throws(JSONFault) in
            sketch.isEmptyObject = false
            let name = KeyName(scanner.bytes, key)
            if name.matches("metadata") {
                // Nothing of an earlier duplicate stays.
                sketch.uid = Span()
                sketch.resourceVersion = Span()
                sketch.name = Span()
                sketch.namespace = Span()
                guard scanner.peek() == UInt8(ascii: "{") else {
                    sketch.metadata = Self.span(try scanner.value(depth: depth + 1), base)
                    return
                }
                let start = scanner.position
                try sketch.readMetadata(&scanner, base: base, depth: depth + 1)
                sketch.metadata = Self.span(start..<scanner.position, base)
                return
            }
            let value = try scanner.value(depth: depth + 1)
            switch name.count {
            case 3:
                if name.matches("Err") { sketch.error = Self.span(value, base) }
                if name.matches("UID") { sketch.reportUID = Self.span(value, base) }
            case 4: if name.matches("kind") { sketch.objectKind = Self.span(value, base) }
            case 6: if name.matches("Object") { sketch.object = Self.span(value, base) }
            case 9: if name.matches("ErrStatus") { sketch.errorStatus = Self.span(value, base) }
            case 10: if name.matches("apiVersion") { sketch.apiVersion = Self.span(value, base) }
            default: break
            }
        }
        self = sketch
    }

    private mutating func readMetadata(_ scanner: inout JSONScanner, base: Int, depth: Int) throws(JSONFault) {
        var sketch = self
        try scanner.object { scanner, key throws(JSONFault) in
            let name = KeyName(scanner.bytes, key)
            let value = try scanner.value(depth: depth + 1)
            switch name.count {
            case 3: if name.matches("uid") { sketch.uid = Self.span(value, base) }
            case 4: if name.matches("name") { sketch.name = Self.span(value, base) }
            case 9: if name.matches("namespace") { sketch.namespace = Self.span(value, base) }
            case 15: if name.matches("resourceVersion") { sketch.resourceVersion = Self.span(value, base) }
            default: break
            }
        }
        self = sketch
    }

    @inline(__always)
    private static func span(_ range: Range<Int>, _ base: Int) -> Span {
        Span(
            start: UInt32(truncatingIfNeeded: range.lowerBound - base),
            end: UInt32(truncatingIfNeeded: range.upperBound - base))
    }
}
