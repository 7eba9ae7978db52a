/// What a message carries: JSON, kept as the bytes that came and passed on unchanged.
///
/// A list of stored values is kept apart (`texts`) and escaped only where it leaves for a socket, since in-process
/// readers want the values as they are. A long one is not even read before (`stored`).
public struct Content: Sendable {
    /// The ways a content is held.
    public enum Form: Sendable {
        /// One JSON value and where its fields lie.
        case json(Bytes, ContentSketch)
        /// A JSON array of strings, each of which holds one of these texts.
        case texts([Bytes])
        /// The same, read from the store when it leaves.
        case stored(any StoredTexts)
    }

    /// How the content is held.
    public let form: Form

    /// The content `null`, which also stands for an absent one.
    public static let null = Content(form: .json(Bytes("null".utf8), ContentSketch()))
    /// The content `"OK"`: an acknowledgement.
    public static let ok = Content(text: "OK")

    /// Takes JSON that was scanned.
    init(form: Form) { self.form = form }

    /// Takes JSON from outside after one scan of it.
    ///
    /// - Parameters:
    ///   - json: one JSON value, nothing around it but white space, which is cut.
    ///   - depth: nesting beyond this is refused.
    /// - Throws: `JSONFault` with the place of the fault.
    public init(json: Bytes, depth: Int = 512) throws(JSONFault) {
        self = try json.scanning(depthLimit: depth) { scanner throws(JSONFault) in
            _ = scanner.peek()
            let start = scanner.position
            let sketch = try ContentSketch(reading: &scanner, depth: 0)
            let end = scanner.position
            try scanner.expectEnd()
            return Content(form: .json(json[json.startIndex + start..<json.startIndex + end], sketch))
        }
    }

    /// Makes a JSON string.
    ///
    /// - Parameter text: the text, unescaped.
    public init(text: some StringProtocol) {
        var out: [UInt8] = []
        JSONText.appendString(text.utf8, to: &out)
        var sketch = ContentSketch()
        sketch.kind = .string
        form = .json(out[...], sketch)
    }

    /// Makes a list of stored values, each of which travels as a JSON string.
    ///
    /// - Parameter texts: the values, as they are stored.
    public init(texts: [Bytes]) { form = .texts(texts) }

    /// Makes a list of stored values that are read when it leaves.
    ///
    /// - Parameter stored: where they are read.
    public init(stored: any StoredTexts) { form = .stored(stored) }

    /// The content's JSON kind.
    public var kind: JSONKind {
        switch form {
        case .json(_, let sketch): sketch.kind
        case .texts, .stored: .array
        }
    }

    /// Where the fields lie; an empty sketch for a list of texts.
    public var sketch: ContentSketch {
        switch form {
        case .json(_, let sketch): sketch
        case .texts, .stored: ContentSketch()
        }
    }

    /// True for `null`, absent and empty-string content, which cannot be stored (`messages.md`, section 1).
    public var isEmpty: Bool {
        switch form {
        case .json(let bytes, let sketch): sketch.kind == .null || (sketch.kind == .string && bytes.count == 2)
        case .texts, .stored: false
        }
    }

    /// True for the string `OK`.
    public var isOK: Bool {
        guard case .json(let bytes, let sketch) = form, sketch.kind == .string else { return false }
        return bytes.elementsEqual("\"OK\"".utf8)
    }

    /// About how many bytes it holds; a list that is not read yet holds none.
    public var byteCount: Int {
        switch form {
        case .json(let bytes, _): bytes.count
        case .texts(let texts): texts.reduce(2) { $0 + $1.count + 3 }
        case .stored: 0
        }
    }

    /// The same bytes without what stood around them, which they keep alive no longer.
    func detached() -> Content {
        guard case .json(let bytes, let sketch) = form else { return self }
        return Content(form: .json(Array(bytes)[...], sketch))
    }

    /// The content as JSON text; of a list in the store a copy is made, and if it cannot be read, a text that says so.
    public var json: Bytes {
        switch form {
        case .json(let bytes, _): return bytes
        case .texts, .stored:
            var out: [UInt8] = []
            append(to: &out)
            return out[...]
        }
    }

    /// Appends the content as JSON text.
    ///
    /// - Parameter out: where it is appended.
    public func append(to out: inout [UInt8]) {
        switch form {
        case .json(let bytes, _): out.append(contentsOf: bytes)
        case .texts(let texts):
            out.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.appendString(text, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .stored(let texts):
            let start = out.count
            do {
                try texts.withSnapshot { cursor in
                    out.append(UInt8(ascii: "["))
                    try cursor.walk { text in
                        if out.count > start + 1 { out.append(UInt8(ascii: ",")) }
                        JSONText.appendString(text, to: &out)
                    }
                    out.append(UInt8(ascii: "]"))
                }
            } catch {
                // No list at all, since a part of one would be taken for the whole.
                out.removeSubrange(start...)
                JSONText.appendString("the list cannot be read: \(error)".utf8, to: &out)
            }
        }
    }

    /// What is stored for this content (`messages.md`, section 1): the text of a string, the bytes of anything else.
    ///
    /// - Returns: nil when it cannot be stored.
    public var storedValue: Bytes? {
        guard !isEmpty else { return nil }
        guard case .json(let bytes, let sketch) = form, sketch.kind == .string else { return json }
        return JSONText.unescape(bytes.dropFirst().dropLast())[...]
    }

    /// The bytes of a field, as JSON.
    ///
    /// - Parameter span: one of the sketch's spans.
    /// - Returns: nil when the field is absent.
    public func bytes(_ span: ContentSketch.Span) -> Bytes? {
        guard span.isPresent, case .json(let bytes, _) = form else { return nil }
        return bytes[bytes.startIndex + Int(span.start)..<bytes.startIndex + Int(span.end)]
    }

    /// The text of a field that is a JSON string.
    ///
    /// - Parameter span: one of the sketch's spans.
    /// - Returns: nil when the field is absent, or no string.
    public func text(_ span: ContentSketch.Span) -> String? {
        guard let bytes = bytes(span), bytes.first == UInt8(ascii: "\"") else { return nil }
        let inner = bytes.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return String(decoding: JSONText.unescape(inner), as: UTF8.self)
    }

    /// The text of the whole content, if it is a string.
    public var string: String? {
        guard kind == .string, let value = storedValue else { return kind == .string ? "" : nil }
        return String(decoding: value, as: UTF8.self)
    }
}

extension Content: Equatable {
    /// Equal bytes.
    public static func == (left: Content, right: Content) -> Bool { left.json == right.json }
}

extension ArraySlice<UInt8> {
    /// Runs a scanner over the slice, which is borrowed meanwhile.
    func scanning<Result>(
        depthLimit: Int, _ body: (inout JSONScanner) throws(JSONFault) -> Result
    ) throws(JSONFault) -> Result {
        let outcome = withUnsafeBufferPointer { buffer -> Swift.Result<Result, JSONFault> in
            var scanner = JSONScanner(buffer, depthLimit: depthLimit)
            do throws(JSONFault) {
                return .success(try body(&scanner))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
