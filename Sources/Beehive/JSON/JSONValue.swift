/// A JSON value as a tree that keeps what it does not know: order of members, digits of numbers, escapes of strings.
///
/// For the few places where a rule needs more of an object than the sketch tells. Parsing and writing again gives the
/// same bytes but for white space, and for needless escapes in keys, which are written as Go's encoder does.
public indirect enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// The digits, as they came.
    case number(Bytes)
    /// The bytes between the quotes, still escaped.
    case string(Bytes)
    /// The elements, in their order.
    case array([JSONValue])
    /// The members, in their order, duplicates too.
    case object([JSONMember])
}

/// One member of a JSON object.
public struct JSONMember: Hashable, Sendable {
    /// The key, unescaped.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// Makes a member.
    ///
    /// - Parameters:
    ///   - key: the key, unescaped.
    ///   - value: the value.
    public init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue {
    /// Parses JSON text.
    ///
    /// - Parameter json: one value, white space allowed around it.
    /// - Throws: `JSONFault` with the place of the fault.
    public init(parsing json: Bytes) throws(JSONFault) {
        self = try json.scanning(depthLimit: JSONScanner.standardDepth) { scanner throws(JSONFault) in
            let value = try JSONValue(reading: &scanner, source: json, depth: 0)
            try scanner.expectEnd()
            return value
        }
    }

    /// Recursion is bounded by the scanner's depth limit.
    private init(reading scanner: inout JSONScanner, source: Bytes, depth: Int) throws(JSONFault) {
        func slice(_ range: Range<Int>) -> Bytes {
            source[source.startIndex + range.lowerBound..<source.startIndex + range.upperBound]
        }
        let first = scanner.peek()
        // Only what opens goes deeper: the limit is the scanner's own.
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), depth >= scanner.depthLimit {
            throw JSONFault(.tooDeep, at: scanner.position)
        }
        switch first {
        case UInt8(ascii: "{"):
            var members: [JSONMember] = []
            try scanner.object { scanner, key throws(JSONFault) in
                let value = try JSONValue(reading: &scanner, source: source, depth: depth + 1)
                members.append(JSONMember(String(decoding: JSONText.unescape(slice(key)), as: UTF8.self), value))
            }
            self = .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanner.array { scanner throws(JSONFault) in
                elements.append(try JSONValue(reading: &scanner, source: source, depth: depth + 1))
            }
            self = .array(elements)
        case UInt8(ascii: "\""): self = .string(slice(try scanner.string()))
        case UInt8(ascii: "t"):
            try scanner.literal("true")
            self = .bool(true)
        case UInt8(ascii: "f"):
            try scanner.literal("false")
            self = .bool(false)
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            self = .null
        default: self = .number(slice(try scanner.value(depth: depth)))
        }
    }

    /// Makes a string.
    ///
    /// - Parameter text: the text, unescaped.
    public init(text: some StringProtocol) {
        var out: [UInt8] = []
        JSONText.appendEscaped(text.utf8, to: &out)
        self = .string(out[...])
    }

    /// Makes a whole number.
    ///
    /// - Parameter integer: the number.
    public init(integer: some BinaryInteger) { self = .number(Bytes("\(integer)".utf8)) }

    /// The value as JSON text.
    public var json: Bytes {
        var out: [UInt8] = []
        append(to: &out)
        return out[...]
    }

    /// Appends the value as compact JSON text.
    ///
    /// - Parameter out: where it is appended.
    public func append(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let bool): out.append(contentsOf: bool ? "true".utf8 : "false".utf8)
        case .number(let digits): out.append(contentsOf: digits)
        case .string(let escaped):
            out.append(UInt8(ascii: "\""))
            out.append(contentsOf: escaped)
            out.append(UInt8(ascii: "\""))
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.append(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.appendString(member.key.utf8, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.append(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The text of a string; nil for anything else.
    public var text: String? {
        guard case .string(let escaped) = self else { return nil }
        return String(decoding: JSONText.unescape(escaped), as: UTF8.self)
    }

    /// The number as an integer; nil for anything else.
    public var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    /// The members of an object; empty for anything else.
    public var members: [JSONMember] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// The elements of an array; empty for anything else.
    public var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// A member of an object: read, set in its place or at the end, or removed by setting nil.
    ///
    /// The last duplicate wins. Setting on anything but an object makes it one.
    public subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            var list = members
            let at = list.lastIndex { $0.key == key }
            switch (at, newValue) {
            case (let at?, let value?): list[at].value = value
            case (nil, let value?): list.append(JSONMember(key, value))
            case (_?, nil): list.removeAll { $0.key == key }
            case (nil, nil): break
            }
            self = .object(list)
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self.init(text: value) }
    /// A number.
    public init(integerLiteral value: Int) { self.init(integer: value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, in the order written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
}

extension Content {
    /// Makes content from a tree.
    ///
    /// - Parameter value: the tree.
    public init(_ value: JSONValue) {
        // What a tree writes is valid JSON; only a tree deeper than the limit could fail, and that one is not sent.
        self = (try? Content(json: value.json)) ?? .null
    }
}
