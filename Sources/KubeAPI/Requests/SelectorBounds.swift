import Beehive

/// What a selector may cost: strangers write them, and every object of a list is measured by them.
enum SelectorBounds {
    /// Bytes of a selector's text.
    static let bytes = 65_536
    /// Requirements of one selector: every object is measured by each of them.
    static let requirements = 64
    /// Values of all requirements of a selector together.
    static let values = 512
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
        .badRequest(
            "\(name) has more than \(requirements) requirements, or \(values) values: split the request, or select "
                + "among the answer's objects")
    }

    /// A stranger's text as it may stand in a message.
    static func shown(_ text: some StringProtocol) -> String { OneLine.of(text, limit: 80) }
}
