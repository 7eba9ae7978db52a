import Beehive

/// What a selector may cost: strangers write them, and every object of a list is measured by them.
enum SelectorBounds {
    /// Bytes of a selector's text.
    static let bytes = 65_536
    /// Requirements of one selector, and values of all its requirements together.
    static let terms = 1000
    /// Parts of a field's path.
    static let depth = 32

    /// Refuses a text that is too long to look at.
    static func check(_ text: String, name: String) throws(APIFailure) {
        guard text.utf8.count <= bytes else {
            throw .badRequest("\(name) has \(text.utf8.count) bytes, at most \(bytes) are read: ask for less")
        }
    }

    /// The refusal of a selector with too many terms.
    static func tooMany(name: String) -> APIFailure {
        .badRequest("\(name) has more than \(terms) requirements or values: split the request")
    }

    /// A stranger's text as it may stand in a message.
    static func shown(_ text: some StringProtocol) -> String { OneLine.of(text, limit: 80) }
}
