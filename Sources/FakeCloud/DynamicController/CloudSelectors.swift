internal import Beehive

/// Which objects a list or a watch means: label and field selectors, as far as tests need them.
struct CloudSelectors: Sendable {
    private enum Term {
        case equal(String, String)
        case unequal(String, String)
        case isIn(String, [String])
        case isNotIn(String, [String])
        case exists(String)
        case absent(String)
    }

    private let labels: [Term]
    private let fields: [Term]

    /// Reads ListOptions.
    init(_ options: JSONValue) {
        labels = Self.terms(options["labelSelector"]?.text ?? "")
        fields = Self.terms(options["fieldSelector"]?.text ?? "")
    }

    func matches(_ object: JSONValue) -> Bool {
        labels.allSatisfy { Self.holds($0) { object["metadata"]?["labels"]?[$0]?.text } }
            && fields.allSatisfy { term in
                Self.holds(term) { path in
                    var value: JSONValue? = object
                    for part in path.split(separator: ".") { value = value?[String(part)] }
                    return value?.text ?? value?.integer.map { "\($0)" } ?? ""
                }
            }
    }

    private static func holds(_ term: Term, _ value: (String) -> String?) -> Bool {
        switch term {
        case .equal(let key, let wanted): value(key) == wanted
        case .unequal(let key, let other): value(key) != other
        case .isIn(let key, let values): value(key).map(values.contains) ?? false
        case .isNotIn(let key, let values): !(value(key).map(values.contains) ?? false)
        case .exists(let key): value(key) != nil
        case .absent(let key): value(key) == nil
        }
    }

    /// Commas part terms, but for those within parentheses.
    private static func terms(_ text: String) -> [Term] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.compactMap { term($0.split(separator: " ").joined(separator: " ")) }
    }

    private static func term(_ text: String) -> Term? {
        for (word, isIn) in [(" notin ", false), (" in ", true)] {
            guard let (key, rest) = halves(text, at: word) else { continue }
            let values = rest.filter { !"() ".contains($0) }.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            return isIn ? .isIn(key, values) : .isNotIn(key, values)
        }
        if let (key, value) = halves(text, at: "!=") { return .unequal(key, value) }
        if let (key, value) = halves(text, at: "==") ?? halves(text, at: "=") { return .equal(key, value) }
        if text.hasPrefix("!") { return .absent(String(text.dropFirst())) }
        return text.isEmpty ? nil : .exists(text)
    }

    private static func halves(_ text: String, at word: String) -> (String, String)? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(word) {
                let end = text.index(index, offsetBy: word.count)
                return (
                    String(text[..<index].filter { $0 != " " }),
                    String(text[end...].filter { $0 != " " || word.count > 2 })
                )
            }
            index = text.index(after: index)
        }
        return nil
    }
}
