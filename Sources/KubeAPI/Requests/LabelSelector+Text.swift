/// Label selectors from text and back.
extension LabelSelector {
    /// Reads a selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`.
    ///
    /// - Parameter text: requirements, separated by commas; empty for everything.
    /// - Throws: a 400 that shows what was found and what was expected.
    public init(parsing text: String) throws(APIFailure) {
        try SelectorBounds.check(text, name: "labelSelector")
        var parser = LabelParser(text)
        self.init(requirements: try parser.requirements())
    }

    /// The selector as text, in the order of its requirements; what `init(parsing:)` reads.
    public var text: String { requirements.map(\.text).joined(separator: ",") }
}

extension LabelSelector.Requirement {
    /// The requirement as text.
    var text: String {
        switch self {
        case .isIn(let key, let values) where values.count == 1: "\(key)=\(values[0])"
        case .isNotIn(let key, let values) where values.count == 1: "\(key)!=\(values[0])"
        case .isIn(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
        case .isNotIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
        case .exists(let key): key
        case .isAbsent(let key): "!\(key)"
        case .isGreater(let key, let bound): "\(key)>\(bound)"
        case .isLess(let key, let bound): "\(key)<\(bound)"
        }
    }
}

/// One pass over a selector's words.
private struct LabelParser {
    private var tokens: LabelTokens
    /// Requirements and values so far.
    private var requirementCount = 0
    private var valueCount = 0

    init(_ text: String) { tokens = LabelTokens(text) }

    mutating func requirements() throws(APIFailure) -> [LabelSelector.Requirement] {
        var found: [LabelSelector.Requirement] = []
        while tokens.next != .end {
            found.append(try requirement())
            switch tokens.take() {
            case .end: return found
            case .symbol(.comma):
                switch tokens.next {
                case .word, .symbol(.not): continue
                case let other: throw Self.unexpected(other, expected: "identifier after ','")
                }
            case let other: throw Self.unexpected(other, expected: "',' or 'end of string'")
            }
        }
        return found
    }

    private mutating func requirement() throws(APIFailure) -> LabelSelector.Requirement {
        requirementCount += 1
        try checkCounts()
        let isNegated = tokens.next == .symbol(.not)
        if isNegated { _ = tokens.take() }
        let first = tokens.take()
        guard case .word(let key) = first else { throw Self.unexpected(first, expected: "!, identifier") }
        if let fault = LabelSyntax.fault(ofKey: key) { throw Self.refusal("key", key, fault) }
        if isNegated { return .isAbsent(key: key) }
        switch tokens.next {
        case .end, .symbol(.comma): return .exists(key: key)
        default: break
        }
        let found = tokens.take()
        switch found {
        case .symbol(.equal), .symbol(.doubleEqual): return .isIn(key: key, values: [try value(of: key)])
        case .symbol(.notEqual): return .isNotIn(key: key, values: [try value(of: key)])
        case .symbol(.greater): return .isGreater(key: key, than: try number(of: key))
        case .symbol(.less): return .isLess(key: key, than: try number(of: key))
        case .word("in"): return .isIn(key: key, values: try values(of: key))
        case .word("notin"): return .isNotIn(key: key, values: try values(of: key))
        default: throw Self.unexpected(found, expected: "in, notin, =, ==, !=, >, <")
        }
    }

    /// One value; nothing before the next requirement is the empty text.
    private mutating func value(of key: String) throws(APIFailure) -> String {
        switch tokens.next {
        case .end, .symbol(.comma): return ""
        case .word(let word):
            _ = tokens.take()
            return try checked(word, of: key)
        case let other: throw Self.unexpected(other, expected: "identifier")
        }
    }

    private mutating func number(of key: String) throws(APIFailure) -> Int {
        let word = try value(of: key)
        guard let number = Int(word) else {
            throw Self.refusal("values[0][\(key)]", word, "for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return number
    }

    /// A list in parentheses; between two commas, and beside a parenthesis, stands the empty text.
    private mutating func values(of key: String) throws(APIFailure) -> [String] {
        let open = tokens.take()
        guard open == .symbol(.open) else { throw Self.unexpected(open, expected: "'('") }
        if tokens.next == .symbol(.close) {
            throw Self.refusal("values", key, "for 'in', 'notin' operators, values set can't be empty")
        }
        var found: Set<String> = []
        while true {
            var word = ""
            if case .word(let text) = tokens.next {
                word = try checked(text, of: key)
                _ = tokens.take()
            }
            if found.insert(word).inserted {
                valueCount += 1
                try checkCounts()
            }
            let next = tokens.take()
            if next == .symbol(.close) { return found.sorted() }
            guard next == .symbol(.comma) else { throw Self.unexpected(next, expected: "',' or ')'") }
        }
    }

    private func checked(_ value: String, of key: String) throws(APIFailure) -> String {
        if let fault = LabelSyntax.fault(ofValue: value) { throw Self.refusal("values[0][\(key)]", value, fault) }
        return value
    }

    private func checkCounts() throws(APIFailure) {
        guard requirementCount <= SelectorBounds.requirements, valueCount <= SelectorBounds.values else {
            throw SelectorBounds.tooMany(name: "labelSelector")
        }
    }

    private static func unexpected(_ token: LabelTokens.Token, expected: String) -> APIFailure {
        .badRequest(
            "unable to parse labelSelector: found '\(SelectorBounds.shown(token.text))', expected: \(expected)")
    }

    private static func refusal(_ place: String, _ value: String, _ fault: String) -> APIFailure {
        .badRequest(
            "unable to parse labelSelector: \(SelectorBounds.shown(place)): Invalid value: "
                + "\"\(SelectorBounds.shown(value))\": \(fault)")
    }
}
