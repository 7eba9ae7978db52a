import Beehive
import Testing

/// Short names for tables of contents.
extension Content: @retroactive CustomTestStringConvertible {
    public var testDescription: String { String(decoding: json.prefix(60), as: UTF8.self) }
}
