internal import Beehive

/// Reading and setting members of members.
extension JSONValue {
    func value(at path: String...) -> JSONValue? { value(at: path[...]) }

    private func value(at path: ArraySlice<String>) -> JSONValue? {
        var value = self
        for key in path {
            guard let member = value[key] else { return nil }
            value = member
        }
        return value
    }

    func text(at path: String...) -> String? { value(at: path[...])?.text }
    func integer(at path: String...) -> Int? { value(at: path[...])?.integer }
    func isTrue(at path: String...) -> Bool { value(at: path[...]) == .bool(true) }
    func elements(at path: String...) -> [JSONValue] { value(at: path[...])?.elements ?? [] }

    /// A time in milliseconds since 1970; fractions of milliseconds are cut.
    func time(at path: String...) -> Int64? { value(at: path[...])?.text.flatMap(Timestamp.milliseconds) }

    /// The members of an object whose values are texts.
    func texts(at path: String...) -> [String: String] {
        var texts: [String: String] = [:]
        for member in value(at: path[...])?.members ?? [] {
            if let text = member.value.text { texts[member.key] = text }
        }
        return texts
    }

    /// Sets a member, and makes the objects on the way to it; nil takes it off.
    mutating func set(_ value: JSONValue?, at path: String...) { set(value, at: path[...]) }

    private mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
        guard let key = path.first else { return }
        guard path.count > 1 else {
            self[key] = value
            return
        }
        var member = self[key] ?? .object([])
        // There is nothing to take off where nothing is.
        if value == nil, member.members.isEmpty { return }
        member.set(value, at: path.dropFirst())
        self[key] = member
    }

    /// An object of texts, ordered by key.
    init(texts: [String: String]) {
        self = .object(texts.sorted { $0.key < $1.key }.map { JSONMember($0.key, JSONValue(text: $0.value)) })
    }
}

/// Kubernetes' times, with or without a fraction.
enum Timestamp {
    static func milliseconds(_ text: String) -> Int64? {
        guard let whole = KubernetesTimestamp.milliseconds(text) else { return nil }
        guard let point = text.firstIndex(of: ".") else { return whole }
        let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }.prefix(3)
        guard let fraction = Int64(digits) else { return whole }
        let scale: Int64 = digits.utf8.count == 1 ? 100 : digits.utf8.count == 2 ? 10 : 1
        return whole + fraction * scale
    }

    /// As leases and events want it: to the microsecond.
    static func micro(_ milliseconds: Int64) -> String {
        KubernetesTimestamp.text(milliseconds, isExact: true).dropLast() + "000Z"
    }
}

/// Base 64 as Kubernetes writes bytes into JSON; linear.
enum Base64Data {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var held = 0
            for offset in 0..<3 { held = held << 8 | (offset < count ? Int(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                out.append(place <= count ? digits[held >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil when a character is none of the alphabet, or the length fits no bytes.
    static func decode(_ text: String) -> [UInt8]? {
        var text = Array(text.utf8)
        guard text.count % 4 == 0 else { return nil }
        for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3 + 2)
        var held: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            held = held << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            out.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
        }
        return out
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
