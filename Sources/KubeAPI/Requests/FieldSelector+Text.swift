/// Field selectors from text and back.
extension FieldSelector {
    /// Reads a selector: `metadata.name=a,status.phase!=b`.
    ///
    /// In values a comma, an equals sign and a backslash are written with a backslash before them.
    ///
    /// - Parameter text: requirements, separated by commas; empty for everything.
    /// - Throws: a 400 that shows what cannot be understood.
    public init(parsing text: String) throws(APIFailure) {
        try SelectorBounds.check(text, name: "fieldSelector")
        var found: [Requirement] = []
        for term in Self.terms(of: Array(text.utf8)) where !term.isEmpty {
            guard found.count < SelectorBounds.requirements else { throw SelectorBounds.tooMany(name: "fieldSelector") }
            found.append(try Requirement(parsing: term))
        }
        self.init(requirements: found)
    }

    /// The selector as text, in the order of its requirements; what `init(parsing:)` reads.
    public var text: String { requirements.map(\.text).joined(separator: ",") }

    /// The value that a field must have, when a requirement says so.
    ///
    /// - Parameter path: the field.
    /// - Returns: nil when any value may match.
    public func exactValue(of path: String) -> String? {
        requirements.first { $0.path == path && $0.isEqual }?.value
    }

    /// Splits at the commas that no backslash precedes.
    private static func terms(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var start = 0
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: ","):
                found.append(bytes[start..<at])
                at += 1
                start = at
            default: at += 1
            }
        }
        found.append(bytes[start...])
        return found
    }
}

extension FieldSelector.Requirement {
    /// Reads one requirement: what stands before the first `!=`, `==` or `=` is the field.
    fileprivate init(parsing term: ArraySlice<UInt8>) throws(APIFailure) {
        let equals = UInt8(ascii: "=")
        guard let sign = term.firstIndex(of: equals) else { throw Self.refusal(term, "no '=', '==' or '!='") }
        let isEqual = sign == term.startIndex || term[sign - 1] != UInt8(ascii: "!")
        let path = term[..<(isEqual ? sign : sign - 1)]
        var rest = term[(sign + 1)...]
        if isEqual, rest.first == equals { rest = rest.dropFirst() }
        let parts = path.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= SelectorBounds.depth, parts.allSatisfy({ !$0.isEmpty }) else {
            throw Self.refusal(
                term, "field label not supported: members joined by single dots are, such as metadata.name")
        }
        self.init(
            path: String(decoding: path, as: UTF8.self), value: try Self.unescaped(rest, of: term), isEqual: isEqual)
    }

    private static func unescaped(_ value: ArraySlice<UInt8>, of term: ArraySlice<UInt8>) throws(APIFailure) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        var bytes = value.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "\\"):
                guard let next = bytes.next(), Self.isSpecial(next) else {
                    throw refusal(term, "invalid escape sequence: a backslash stands before ',', '=' and '\\' only")
                }
                out.append(next)
            case UInt8(ascii: ","), UInt8(ascii: "="):
                throw refusal(term, "unescaped character in value: write '\\=' and '\\,'")
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The requirement as text.
    fileprivate var text: String {
        var out = Array(path.utf8)
        out.append(contentsOf: isEqual ? "=".utf8 : "!=".utf8)
        for byte in value.utf8 {
            if Self.isSpecial(byte) { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\\")
    }

    private static func refusal(_ term: ArraySlice<UInt8>, _ fault: String) -> APIFailure {
        .badRequest(
            "invalid fieldSelector: can't understand '\(SelectorBounds.shown(String(decoding: term, as: UTF8.self)))': "
                + fault)
    }
}
