internal import Beehive

/// JSON shown as YAML, as `kubectl -o yaml` shows objects.
enum YAMLText {
    static func text(_ value: JSONValue) -> String {
        var out = ""
        write(value, indent: 0, to: &out)
        return out
    }

    private static func write(_ value: JSONValue, indent: Int, to out: inout String) {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members {
                out += margin + scalar(.init(text: member.key)) + ":"
                nested(member.value, indent: indent, to: &out)
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                if case .object(let members) = element, let first = members.first {
                    out += "\(margin)- \(scalar(.init(text: first.key))):"
                    nested(first.value, indent: indent + 2, to: &out)
                    write(.object(Array(members.dropFirst())), indent: indent + 2, to: &out, skipEmpty: true)
                } else {
                    out += "\(margin)-"
                    nested(element, indent: indent, to: &out)
                }
            }
        default: out += margin + scalar(value) + "\n"
        }
    }

    private static func write(_ value: JSONValue, indent: Int, to out: inout String, skipEmpty: Bool) {
        if case .object(let members) = value, members.isEmpty { return }
        write(value, indent: indent, to: &out)
    }

    private static func nested(_ value: JSONValue, indent: Int, to out: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            out += "\n"
            write(value, indent: indent + 2, to: &out)
        case .array(let elements) where !elements.isEmpty:
            out += "\n"
            write(value, indent: indent, to: &out)
        case .string where block(value) != nil:
            out += " |"
            let text = block(value) ?? ""
            out += text.hasSuffix("\n") ? "\n" : "-\n"
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(
                text.hasSuffix("\n") ? 1 : 0)
            {
                out += line.isEmpty ? "\n" : String(repeating: " ", count: indent + 2) + line + "\n"
            }
        default: out += " " + scalar(value) + "\n"
        }
    }

    /// The text of a string that reads best as a block; nil for others.
    private static func block(_ value: JSONValue) -> String? {
        guard let text = value.text, text.contains("\n"), text.first != " ", text.first != "\n",
            !text.hasSuffix("\n\n"),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }), !text.contains(" \n"),
            !text.hasPrefix("\t")
        else { return nil }
        return text
    }

    private static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .object: return "{}"
        case .array: return "[]"
        case .string:
            let text = value.text ?? ""
            return isPlain(text) ? text : String(decoding: value.json, as: UTF8.self)
        default: return String(decoding: value.json, as: UTF8.self)
        }
    }

    private static let words: Set<String> = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "~",
    ]

    /// True when YAML reads the bare text as the same string.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count < 200, !words.contains(text.lowercased()) else {
            return false
        }
        let isLetter = (97...122).contains(first) || (65...90).contains(first) || first == 47
        return isLetter
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46
                    || $0 == 47 || $0 == 95
            }
    }
}
