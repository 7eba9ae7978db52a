internal import YAMLReader

/// Why a text is no value of a kind.
struct ValueFault: Error {
    let what: String
}

extension ConfigurationKind {
    /// Reads a value from text, as flags, variables and defaults have it.
    ///
    /// - Returns: the value, or nil for an empty path or name, which leaves the setting unset.
    func value(of text: String) throws(ValueFault) -> ConfigurationValue? {
        switch self {
        case .duration(let range):
            guard let duration = DurationText.parse(text) else { throw wants(text) }
            guard range.contains(duration) else {
                throw outside(text, DurationText.print(range.lowerBound), DurationText.print(range.upperBound))
            }
            return .duration(duration)
        case .size(let range):
            guard let size = SizeText.parse(text) else { throw wants(text) }
            guard range.contains(size) else {
                throw outside(text, SizeText.print(range.lowerBound), SizeText.print(range.upperBound))
            }
            return .size(size)
        case .integer(let range):
            guard let number = Int(text) else { throw wants(text) }
            guard range.contains(number) else { throw outside(text, "\(range.lowerBound)", "\(range.upperBound)") }
            return .integer(number)
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "on": return .boolean(true)
            case "false", "no", "off": return .boolean(false)
            default: throw wants(text)
            }
        case .word(let words):
            guard words.contains(text) else { throw wants(text, near: words) }
            return .text(text)
        case .list: return try list(Self.unwrapped(text, "[", "]").map(String.init))
        case .map: return try map(Self.unwrapped(text, "{", "}"))
        case .path, .name, .text, .address, .url: return try plain(text)
        case .mode:
            guard let bits = UInt32(text, radix: 8), bits <= 0o777, text.count <= 4 else { throw wants(text) }
            return .mode(bits)
        case .window: return .window(try window(text))
        }
    }

    /// Reads a value from a node of a file; nil leaves the setting unset.
    func value(of node: YAMLNode) throws(ValueFault) -> ConfigurationValue? {
        if node.isNull { return nil }
        switch (self, node.value) {
        case (_, .scalar(let scalar)): return try value(of: scalar.text)
        case (.list, .sequence(let nodes)):
            var words: [String] = []
            for node in nodes {
                guard let scalar = node.scalar else {
                    throw ValueFault(what: "wants \(summary), it holds \(node.kindWord)")
                }
                words.append(scalar.text)
            }
            return try list(words)
        case (.map, .mapping(let entries)):
            var map: [String: String] = [:]
            for entry in entries {
                guard let scalar = entry.value.scalar else {
                    throw ValueFault(what: "wants \(summary), '\(entry.name)' holds \(entry.value.kindWord)")
                }
                map[entry.name] = entry.value.isNull ? "" : scalar.text
            }
            return .map(map)
        default: throw ValueFault(what: "wants \(summary), this is \(node.kindWord)")
        }
    }

    private func plain(_ text: String) throws(ValueFault) -> ConfigurationValue? {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ValueFault(what: "holds a control character")
        }
        switch self {
        case .path where text.isEmpty, .name where text.isEmpty, .url where text.isEmpty: return nil
        case .name:
            let fine = text.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46
            }
            guard fine, text.utf8.count <= 253 else { throw wants(text) }
        case .address where !text.isEmpty:
            guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
                UInt16(text[text.index(after: colon)...]) != nil
            else { throw wants(text) }
        case .url(let schemes):
            guard let scheme = schemes.first(where: { text.hasPrefix($0 + "://") }),
                let host = text.dropFirst(scheme.count + 3).first, host != "/", !text.contains(" ")
            else { throw wants(text) }
        default: break
        }
        return .text(text)
    }

    private func list(_ words: [String]) throws(ValueFault) -> ConfigurationValue {
        if case .list(let known?) = self, let strange = words.first(where: { !known.contains($0) }) {
            throw wants(strange, near: known)
        }
        return .list(words)
    }

    private func map(_ pairs: [Substring]) throws(ValueFault) -> ConfigurationValue {
        var map: [String: String] = [:]
        for pair in pairs {
            guard let cut = pair.firstIndex(where: { $0 == "=" || $0 == ":" }), cut != pair.startIndex else {
                throw ValueFault(what: "wants name=value,name=value, '\(pair)' is none")
            }
            map[String(pair[..<cut].trimmed)] = String(pair[pair.index(after: cut)...].trimmed)
        }
        return .map(map)
    }

    private func window(_ text: String) throws(ValueFault) -> FeedWindow {
        var window = FeedWindow()
        for part in text.split(separator: " or ", omittingEmptySubsequences: false) {
            let part = part.trimmed
            if part.hasSuffix(" changes"), let count = Int(part.dropLast(8)), (1...100_000_000).contains(count) {
                window.changes = count
            } else if let age = DurationText.parse(String(part)), age <= .seconds(31_536_000) {
                window.age = age
            } else {
                throw wants(text)
            }
        }
        return window
    }

    private func wants(_ text: String, near words: [String] = []) -> ValueFault {
        let meant = EditDistance.nearest(to: text, among: words).map { "; did you mean \($0)?" } ?? ""
        return ValueFault(what: "'\(text.prefix(60))' is wrong: wants \(summary)\(meant)")
    }

    private func outside(_ text: String, _ low: String, _ high: String) -> ValueFault {
        ValueFault(what: "\(text.prefix(60)) is out of range: wants \(low) to \(high)")
    }

    /// The parts of a text list, with or without brackets.
    private static func unwrapped(_ text: String, _ open: Character, _ close: Character) -> [Substring] {
        var inner = text[...].trimmed
        if inner.first == open, inner.last == close { inner = inner.dropFirst().dropLast() }
        return inner.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
    }
}

extension Substring {
    /// Without spaces at both ends.
    var trimmed: Substring {
        let start = drop { $0 == " " }
        return start.last == " "
            ? start[..<(start.lastIndex { $0 != " " }.map { start.index(after: $0) } ?? start.startIndex)] : start
    }
}
