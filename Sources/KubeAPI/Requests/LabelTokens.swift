/// The words of a label selector, one after the other.
struct LabelTokens {
    /// One word.
    enum Token: Hashable {
        case word(String)
        case symbol(Symbol)
        /// The text is over.
        case end

        /// The word as it stood in the text.
        var text: String {
            switch self {
            case .word(let word): word
            case .symbol(let symbol): symbol.rawValue
            case .end: ""
            }
        }
    }

    /// What is no word.
    enum Symbol: String {
        case open = "("
        case close = ")"
        case comma = ","
        case not = "!"
        case equal = "="
        case doubleEqual = "=="
        case notEqual = "!="
        case greater = ">"
        case less = "<"
    }

    /// The word that comes next.
    private(set) var next: Token = .end
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        next = scan()
    }

    /// Takes the next word.
    mutating func take() -> Token {
        let taken = next
        next = scan()
        return taken
    }

    private mutating func scan() -> Token {
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
        guard at < bytes.count else { return .end }
        let start = at
        if let symbol = Self.symbol(bytes[at]) {
            at += 1
            guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return .symbol(symbol) }
            let double: Symbol? = symbol == .equal ? .doubleEqual : symbol == .not ? .notEqual : nil
            if double != nil { at += 1 }
            return .symbol(double ?? symbol)
        }
        while at < bytes.count, !Self.isSpace(bytes[at]), Self.symbol(bytes[at]) == nil { at += 1 }
        return .word(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func symbol(_ byte: UInt8) -> Symbol? {
        switch byte {
        case UInt8(ascii: "("): .open
        case UInt8(ascii: ")"): .close
        case UInt8(ascii: ","): .comma
        case UInt8(ascii: "!"): .not
        case UInt8(ascii: "="): .equal
        case UInt8(ascii: ">"): .greater
        case UInt8(ascii: "<"): .less
        default: nil
        }
    }
}
