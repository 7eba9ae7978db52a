/// Why a frame is no message: what is wrong, and where.
public struct DecodeError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for counting.
    public enum Code: String, Sendable, CaseIterable {
        case notJSON = "not_json"
        case tooDeep = "too_deep"
        case tooLarge = "too_large"
        case noID = "no_id"
        case wrongShape = "wrong_shape"
    }

    /// The kind of failure.
    public let code: Code
    /// One line for people; holds no part of the body.
    public let description: String
}

/// Reads messages from frames, in one pass over the bytes.
public struct MessageDecoder: Sendable {
    /// The largest frame taken, in bytes.
    public var maximumBytes: Int
    /// The deepest nesting taken.
    public var maximumDepth: Int

    /// Makes a decoder.
    ///
    /// - Parameters:
    ///   - maximumBytes: the largest frame taken.
    ///   - maximumDepth: the deepest nesting taken, 512 at most.
    public init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 512) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
    }

    /// Reads one frame.
    ///
    /// The content shares the frame's bytes. Unknown fields are kept. The last of duplicate fields wins, as in Go.
    ///
    /// - Parameter frame: one JSON object, white space allowed around it.
    /// - Returns: the message.
    /// - Throws: `DecodeError`; nothing of the frame's content is in its text.
    public func decode(_ frame: Bytes) throws(DecodeError) -> Message {
        guard frame.count <= maximumBytes else {
            throw DecodeError(
                code: .tooLarge, description: "frame of \(frame.count) bytes is larger than \(maximumBytes)")
        }
        let draft: Draft
        do {
            draft = try frame.scanning(depthLimit: maximumDepth) { scanner throws(JSONFault) in
                var draft = Draft(frame: frame)
                try draft.read(&scanner)
                try scanner.expectEnd()
                return draft
            }
        } catch {
            switch error.reason {
            case .tooDeep:
                throw DecodeError(
                    code: .tooDeep, description: "frame is nested deeper than \(maximumDepth) at byte \(error.offset)")
            case .wrongKind:
                throw DecodeError(
                    code: .wrongShape, description: "frame has a field of the wrong kind at byte \(error.offset)")
            default: throw DecodeError(code: .notJSON, description: "frame is not JSON: \(error)")
            }
        }
        guard !draft.header.id.isEmpty else {
            throw DecodeError(code: .noID, description: "frame has no header.msg_id")
        }
        return Message(header: draft.header, route: draft.route, content: draft.content, extras: draft.extras)
    }
}

/// A message while it is read.
private struct Draft {
    let frame: Bytes
    var header = Header(id: "", timestamp: 0)
    var route = Route(source: "", group: "", operation: "", resource: "")
    var content = Content.null
    var extras: [ExtraField] = []

    init(frame: Bytes) { self.frame = frame }

    mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            if draft.matches(key, "content") {
                _ = scanner.peek()
                let start = scanner.position
                let sketch = try ContentSketch(reading: &scanner, depth: 1)
                draft.content = Content(form: .json(draft.slice(start..<scanner.position), sketch))
            } else if draft.matches(key, "header") {
                try draft.readHeader(&scanner)
            } else if draft.matches(key, "route") {
                try draft.readRoute(&scanner)
            } else {
                draft.extras.append(draft.extra(key, try scanner.value(depth: 1)))
            }
        }
        self = draft
    }

    private mutating func readHeader(_ scanner: inout JSONScanner) throws(JSONFault) {
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            switch key.count {
            case 6 where draft.matches(key, "msg_id"): draft.header.id = try draft.text(&scanner)
            case 13 where draft.matches(key, "parent_msg_id"): draft.header.parentID = try draft.text(&scanner)
            case 9 where draft.matches(key, "timestamp"): draft.header.timestamp = try draft.integer(&scanner)
            case 15 where draft.matches(key, "resourceversion"):
                draft.header.resourceVersion = try draft.text(&scanner)
            case 4 where draft.matches(key, "sync"): draft.header.sync = try draft.flag(&scanner)
            case 4 where draft.matches(key, "type"): draft.header.type = try draft.text(&scanner)
            default: draft.header.extras.append(draft.extra(key, try scanner.value(depth: 2)))
            }
        }
        self = draft
    }

    private mutating func readRoute(_ scanner: inout JSONScanner) throws(JSONFault) {
        var draft = self
        try scanner.object { scanner, key throws(JSONFault) in
            switch key.count {
            case 6 where draft.matches(key, "source"): draft.route.source = ModuleName(try draft.text(&scanner))
            case 11 where draft.matches(key, "destination"): draft.route.destination = try draft.text(&scanner)
            case 5 where draft.matches(key, "group"): draft.route.group = ModuleGroup(try draft.text(&scanner))
            case 9 where draft.matches(key, "operation"):
                draft.route.operation = Operation(try draft.text(&scanner))
            case 8 where draft.matches(key, "resource"): draft.route.resource = try draft.text(&scanner)
            default: draft.route.extras.append(draft.extra(key, try scanner.value(depth: 2)))
            }
        }
        self = draft
    }

    private func slice(_ range: Range<Int>) -> Bytes {
        frame[frame.startIndex + range.lowerBound..<frame.startIndex + range.upperBound]
    }

    @inline(__always)
    private func matches(_ key: Range<Int>, _ word: StaticString) -> Bool {
        guard key.count == word.utf8CodeUnitCount else { return false }
        let start = frame.startIndex + key.lowerBound
        for offset in 0..<key.count where frame[start + offset] != word.utf8Start[offset] { return false }
        return true
    }

    private func extra(_ key: Range<Int>, _ value: Range<Int>) -> ExtraField {
        ExtraField(name: String(decoding: JSONText.unescape(slice(key)), as: UTF8.self), json: slice(value))
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
        default: throw JSONFault(.wrongKind, at: scanner.position)
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
        default: throw JSONFault(.wrongKind, at: scanner.position)
        }
        return false
    }
}
