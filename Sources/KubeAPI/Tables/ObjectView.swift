import Beehive

/// A look into an object that may lack anything: what is absent, or null, reads as nothing.
struct ObjectView {
    /// What is looked at; nil for nothing.
    let value: JSONValue?

    init(_ value: JSONValue?) { self.value = value == .null ? nil : value }

    subscript(key: String) -> ObjectView { ObjectView(value?[key]) }

    /// Whether there is anything.
    var isPresent: Bool { value != nil }
    /// The text; empty for anything else.
    var text: String { value?.text ?? "" }
    /// The whole number; nil for anything else.
    var integer: Int? { value?.integer }
    /// Whether it is true.
    var isTrue: Bool { value == .bool(true) }
    /// The elements; none for anything else.
    var elements: [ObjectView] { value?.elements.map { ObjectView($0) } ?? [] }
    /// The members; none for anything else.
    var members: [JSONMember] { value?.members ?? [] }
    /// How many elements or members there are.
    var count: Int {
        switch value {
        case .array(let elements)?: elements.count
        case .object(let members)?: members.count
        default: 0
        }
    }

    /// The text, or a word for its absence.
    func text(or word: String) -> String {
        let text = text
        return text.isEmpty ? word : text
    }

    /// The first element with this `type`.
    func condition(_ type: String) -> ObjectView {
        elements.first { $0["type"].text == type } ?? ObjectView(nil)
    }
}
