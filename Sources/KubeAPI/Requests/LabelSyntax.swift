/// What Kubernetes allows as the key and the value of a label; all of it is ASCII.
enum LabelSyntax {
    /// The rule that a key breaks; nil when it is well formed.
    static func fault(ofKey key: String) -> String? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count > 2 { return "a qualified name has at most one '/', between its prefix and its name" }
        if parts.count == 2 {
            if parts[0].isEmpty { return "prefix part must be non-empty" }
            if parts[0].count > 253 { return "prefix part must be no more than 253 characters" }
            guard isSubdomain(parts[0]) else {
                return
                    "prefix part must be a DNS subdomain of lower case letters, digits, '-' and '.' (such as example.com)"
            }
        }
        let name = parts[parts.count - 1]
        if name.isEmpty { return "name part must be non-empty" }
        if name.count > 63 { return "name part must be no more than 63 characters" }
        guard isWord(name) else {
            return
                "name part must consist of letters, digits, '-', '_' and '.', and begin and end with a letter or a digit"
        }
        return nil
    }

    /// The rule that a value breaks; nil when it is well formed.
    static func fault(ofValue value: String) -> String? {
        if value.utf8.count > 63 { return "must be no more than 63 characters" }
        guard value.isEmpty || isWord(value.utf8[...]) else {
            return
                "a label's value is empty, or consists of letters, digits, '-', '_' and '.', and begins and ends with a letter or a digit"
        }
        return nil
    }

    private static func isWord(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return text.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isSubdomain(_ text: Substring.UTF8View) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last, first != UInt8(ascii: "-"), last != UInt8(ascii: "-")
            else { return false }
            return label.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
