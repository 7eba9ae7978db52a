/// What is wrong with a piece of JSON, and where.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Reason: String, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "unexpected byte"
        case badNumber = "bad number"
        case badEscape = "bad escape in a string"
        case badUTF8 = "a string is not UTF-8"
        case controlCharacter = "raw control character in a string"
        case tooDeep = "nested too deep"
        case trailingBytes = "something follows the value"
        case wrongKind = "a value of the wrong kind"
        case tooMany = "too many members"
    }

    /// What is wrong.
    public let reason: Reason
    /// The offset of the byte concerned, from the start of the text.
    public let offset: Int

    /// Makes a fault.
    ///
    /// - Parameters:
    ///   - reason: what is wrong.
    ///   - offset: the offset of the byte concerned.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The fault in words.
    public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
