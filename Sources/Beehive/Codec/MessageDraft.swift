/// A message while it is read.
struct MessageDraft {
    let frame: Bytes
    var header = Header(id: "", timestamp: 0)
    var route = Route(source: "", group: "", operation: "", resource: "")
    var content = Content.null
    var extras: [ExtraField] = []

    init(frame: Bytes) { self.frame = frame }

    mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard scanner.peek() == UInt8(ascii: "{") else { throw scanner.wrongKind() }
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            switch draft.field(key, as: FrameField.self) {
            case .content:
                _ = scanner.peek()
                let start = scanner.position
                let sketch = try ContentSketch(reading: &scanner, depth: 1)
                draft.content = Content(form: .json(draft.slice(start..<scanner.position), sketch))
            case .header: try draft.readHeader(&scanner)
            case .route: try draft.readRoute(&scanner)
            case nil:
                let count = draft.extras.count
                draft.extras.append(try draft.extra(key, try scanner.value(depth: 1), after: count))
            }
        }
        self = draft
    }

    private mutating func readHeader(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try opensObject(&scanner) else { return }
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            switch draft.field(key, as: HeaderField.self) {
            case .id: draft.header.id = try draft.text(&scanner)
            case .parentID: draft.header.parentID = try draft.text(&scanner)
            case .timestamp: draft.header.timestamp = try draft.integer(&scanner)
            case .resourceVersion: draft.header.resourceVersion = try draft.text(&scanner)
            case .sync: draft.header.sync = try draft.flag(&scanner)
            case .type: draft.header.type = try draft.text(&scanner)
            case nil:
                let count = draft.header.extras.count
                draft.header.extras.append(try draft.extra(key, try scanner.value(depth: 2), after: count))
            }
        }
        self = draft
    }

    private mutating func readRoute(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try opensObject(&scanner) else { return }
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            switch draft.field(key, as: RouteField.self) {
            case .source: draft.route.source = ModuleName(try draft.text(&scanner))
            case .destination: draft.route.destination = try draft.text(&scanner)
            case .group: draft.route.group = ModuleGroup(try draft.text(&scanner))
            case .operation: draft.route.operation = Operation(try draft.text(&scanner))
            case .resource: draft.route.resource = try draft.text(&scanner)
            case nil:
                let count = draft.route.extras.count
                draft.route.extras.append(try draft.extra(key, try scanner.value(depth: 2), after: count))
            }
        }
        self = draft
    }

    /// True if an object is next; null stands for an empty one, as Go reads it.
    private func opensObject(_ scanner: inout JSONScanner) throws(JSONFault) -> Bool {
        switch scanner.peek() {
        case UInt8(ascii: "{"): return true
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return false
        default: throw scanner.wrongKind()
        }
    }

    /// The known field that a key names, or nil.
    ///
    /// Go's decoder reads `Source` and `sour\u0063e` as `source` too. Were they kept as unknown fields, a module could
    /// hide a second source behind the one that was checked, and the cloud would believe that one.
    @inline(__always)
    private func field<Field: KnownField>(_ key: Range<Int>, as: Field.Type) -> Field? {
        if let field = Field.plain(self, key) { return field }
        let name = String(decoding: JSONText.unescape(slice(key)), as: UTF8.self)
        // Both ways, since Go folds the long s and the Kelvin sign as well.
        return Field(rawValue: name.uppercased().lowercased())
    }

    private func slice(_ range: Range<Int>) -> Bytes {
        frame[frame.startIndex + range.lowerBound..<frame.startIndex + range.upperBound]
    }

    @inline(__always)
    func matches(_ key: Range<Int>, _ word: StaticString) -> Bool {
        guard key.count == word.utf8CodeUnitCount else { return false }
        let start = frame.startIndex + key.lowerBound
        for offset in 0..<key.count where frame[start + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// The most unknown fields of one object: each takes a hundred bytes, however short it is.
    static let maximumExtras = 1024

    private func extra(_ key: Range<Int>, _ value: Range<Int>, after count: Int) throws(JSONFault) -> ExtraField {
        guard count < Self.maximumExtras else { throw JSONFault(.tooMany, at: key.lowerBound) }
        // A copy: routes outlive the frame, which a few bytes would keep alive.
        return ExtraField(
            name: String(decoding: JSONText.unescape(slice(key)), as: UTF8.self), json: Array(slice(value))[...])
    }

    /// A string, or null for an empty one, as Go reads it.
    private func text(_ scanner: inout JSONScanner) throws(JSONFault) -> String {
        switch scanner.peek() {
        case UInt8(ascii: "\""):
            let range = try scanner.string()
            let bytes = UnsafeBufferPointer(rebasing: scanner.bytes[range])
            guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
            return String(decoding: JSONText.unescape(slice(range)), as: UTF8.self)
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return ""
        default: throw scanner.wrongKind()
        }
    }

    private func integer(_ scanner: inout JSONScanner) throws(JSONFault) -> Int64 {
        let range = try scanner.value(depth: 2)
        let digits = String(decoding: UnsafeBufferPointer(rebasing: scanner.bytes[range]), as: UTF8.self)
        guard let value = Int64(digits) ?? (digits == "null" ? 0 : nil) else {
            throw JSONFault(.wrongKind, at: range.lowerBound)
        }
        return value
    }

    private func flag(_ scanner: inout JSONScanner) throws(JSONFault) -> Bool {
        switch scanner.peek() {
        case UInt8(ascii: "t"):
            try scanner.literal("true")
            return true
        case UInt8(ascii: "f"): try scanner.literal("false")
        case UInt8(ascii: "n"): try scanner.literal("null")
        default: throw scanner.wrongKind()
        }
        return false
    }
}

/// The fields of one object of a frame, by their names on the wire.
protocol KnownField: RawRepresentable where RawValue == String {
    /// The field whose name a key is, letter for letter; nil for any other.
    static func plain(_ draft: MessageDraft, _ key: Range<Int>) -> Self?
}

enum FrameField: String, KnownField {
    case header
    case route
    case content

    @inline(__always)
    static func plain(_ draft: MessageDraft, _ key: Range<Int>) -> Self? {
        switch key.count {
        case 6 where draft.matches(key, "header"): .header
        case 5 where draft.matches(key, "route"): .route
        case 7 where draft.matches(key, "content"): .content
        default: nil
        }
    }
}

enum HeaderField: String, KnownField {
    case id = "msg_id"
    case parentID = "parent_msg_id"
    case timestamp
    case resourceVersion = "resourceversion"
    case sync
    case type

    @inline(__always)
    static func plain(_ draft: MessageDraft, _ key: Range<Int>) -> Self? {
        switch key.count {
        case 6 where draft.matches(key, "msg_id"): .id
        case 13 where draft.matches(key, "parent_msg_id"): .parentID
        case 9 where draft.matches(key, "timestamp"): .timestamp
        case 15 where draft.matches(key, "resourceversion"): .resourceVersion
        case 4 where draft.matches(key, "sync"): .sync
        case 4 where draft.matches(key, "type"): .type
        default: nil
        }
    }
}

enum RouteField: String, KnownField {
    case source
    case destination
    case group
    case operation
    case resource

    @inline(__always)
    static func plain(_ draft: MessageDraft, _ key: Range<Int>) -> Self? {
        switch key.count {
        case 6 where draft.matches(key, "source"): .source
        case 11 where draft.matches(key, "destination"): .destination
        case 5 where draft.matches(key, "group"): .group
        case 9 where draft.matches(key, "operation"): .operation
        case 8 where draft.matches(key, "resource"): .resource
        default: nil
        }
    }
}
