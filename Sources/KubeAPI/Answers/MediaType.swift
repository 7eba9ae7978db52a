/// One media type with its parameters, as `Accept` and `Content-Type` carry it.
struct MediaType: Hashable {
    /// Type and subtype, lower case.
    var type: String
    var subtype: String
    /// Parameters without `q`; names in lower case, the last of two with the same name counts.
    var parameters: [String: String] = [:]
    /// How much it is wanted, in thousandths.
    var quality = 1000

    /// Reads `type/subtype;name=value;…`; nil when it is none.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", maxSplits: 32, omittingEmptySubsequences: false)
        let names = Self.trimmed(parts[0]).lowercased().split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
        (type, subtype) = (String(names[0]), String(names[1]))
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let name = Self.trimmed(pair[0]).lowercased()
            var value = Self.trimmed(pair[1])
            if value.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
            if name == "q" {
                quality = Self.thousandths(value)
            } else {
                parameters[name] = String(value)
            }
        }
    }

    /// The types of an `Accept` header: the most wanted first, of equals those that name more, then in their order.
    ///
    /// What is wanted not at all (`q=0`), or cannot be read, is left out.
    static func accepted(_ header: String) -> [MediaType] {
        let clauses = header.split(separator: ",", maxSplits: 64).prefix(64).compactMap { MediaType($0) }
        return clauses.enumerated().filter { $0.element.quality > 0 }
            .sorted { one, other in
                (-one.element.quality, one.element.wildcards, one.offset)
                    < (-other.element.quality, other.element.wildcards, other.offset)
            }
            .map(\.element)
    }

    /// Whether it stands for a type.
    func covers(_ type: String, _ subtype: String) -> Bool {
        (self.type == type && (self.subtype == subtype || self.subtype == "*"))
            || (self.type == "*" && self.subtype == "*")
    }

    private var wildcards: Int { (type == "*" ? 1 : 0) + (subtype == "*" ? 1 : 0) }

    private static func trimmed(_ text: some StringProtocol) -> Substring {
        var rest = Substring(text)
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return rest
    }

    /// `0.5` as 500; what is no quality counts as none.
    private static func thousandths(_ text: Substring) -> Int {
        guard text.utf8.count <= 8, let value = Double(text), value >= 0 else { return 0 }
        return Int(min(value, 1) * 1000)
    }
}
