internal import Beehive

/// A number of JSON as its digits mean it: `0.digits × 10^exponent`, of any size, nothing rounded.
struct JSONDecimal: Equatable {
    var isNegative = false
    /// Digits without zeros at either end; empty for zero.
    var digits: [UInt8] = []
    /// Where the point stands: behind so many of the digits.
    var exponent = 0

    /// The longest number that is compared as the nearest floating-point number too.
    private static let roundedLength = 64

    /// Reads a valid number; nil when its exponent is beyond all measure.
    init?(_ text: Bytes) {
        var rest = text[...]
        if rest.first == UInt8(ascii: "-") {
            isNegative = true
            rest.removeFirst()
        }
        let mark = rest.firstIndex { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") } ?? rest.endIndex
        let mantissa = rest[..<mark]
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
        digits = Array(mantissa[..<point])
        exponent = digits.count
        if point < mantissa.endIndex { digits += mantissa[(point + 1)...] }
        let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        guard !digits.isEmpty else {
            isNegative = false
            exponent = 0
            return
        }
        guard mark < rest.endIndex else { return }
        guard let shift = Self.exponent(rest[(mark + 1)...]) else { return nil }
        exponent += shift
    }

    private static func exponent(_ text: Bytes) -> Int? {
        let sign = text.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ?? false
        let digits = text.dropFirst(sign ? 1 : 0).drop { $0 == UInt8(ascii: "0") }
        // Small enough that adding the count of digits cannot overflow.
        guard digits.count <= 18 else { return nil }
        let size = digits.reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
        return text.first == UInt8(ascii: "-") ? -size : size
    }

    private var isWhole: Bool { digits.count <= exponent || digits.isEmpty }

    /// Whether two numbers are the same: whole ones to the last digit; others also when they round to the same
    /// floating-point number, as which every other program reads them.
    static func areSame(_ left: Bytes, _ right: Bytes) -> Bool {
        guard let one = JSONDecimal(left), let other = JSONDecimal(right) else { return false }
        if one == other { return true }
        guard !one.isWhole || !other.isWhole, left.count <= roundedLength, right.count <= roundedLength,
            let rounded = Double(String(decoding: left, as: UTF8.self)), rounded.isFinite,
            rounded != 0
        else { return false }
        return rounded == Double(String(decoding: right, as: UTF8.self))
    }
}
