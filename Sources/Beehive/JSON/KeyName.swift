/// A member's key as its readers understand it: `"k\u0069nd"` names `kind`, here as in every other reader.
///
/// Were it passed over, an object could show one uid to the rules and another to whoever reads it after them.
package struct KeyName {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let range: Range<Int>
    /// The key without its escapes; nil when it has none.
    private let plain: [UInt8]?

    /// Takes a key between its quotes.
    @inline(__always)
    package init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
        var isEscaped = false
        for index in range where bytes[index] == UInt8(ascii: "\\") { isEscaped = true }
        plain = isEscaped ? JSONText.unescape(Array(bytes[range])[...]) : nil
    }

    /// How many bytes the key has.
    @inline(__always)
    var count: Int { plain?.count ?? range.count }

    /// True for the key that a word names.
    @inline(__always)
    package func matches(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        if let plain { return plain.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: plain.count)) }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != word.utf8Start[offset] { return false }
        return true
    }
}
