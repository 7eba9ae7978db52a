/// What is wrong with a piece of JSON, and where.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Reason: String, Sendable {
        /// The text ends before the value does.
        case unexpectedEnd = "the text ends too early"
        /// A byte that cannot stand there.
        case unexpectedByte = "unexpected byte"
        /// A number that JSON does not know, such as one with leading zeros.
        case badNumber = "bad number"
        /// An escape that JSON does not know.
        case badEscape = "bad escape in a string"
        /// Bytes that are no UTF-8.
        case badUTF8 = "a string is not UTF-8"
        /// A control character that is not escaped.
        case controlCharacter = "raw control character in a string"
        /// Arrays and objects in one another beyond the limit.
        case tooDeep = "nested too deep"
        /// Something stands behind the value.
        case trailingBytes = "something follows the value"
        /// A value of another kind than is wanted.
        case wrongKind = "a value of the wrong kind"
        /// An object or array has more members than may be.
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
