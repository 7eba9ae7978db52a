internal import Beehive

/// JSON text written as it comes, without a tree: a record is a few hundred bytes, and there may be thousands in a second.
struct RecordText {
    private(set) var bytes: [UInt8] = []
    /// Whether the next value stands behind another one.
    private var isBehind = false

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        isBehind = false
    }

    private mutating func separate() {
        if isBehind { bytes.append(UInt8(ascii: ",")) }
        isBehind = true
    }

    mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        isBehind = false
    }

    mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        isBehind = true
    }

    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(contentsOf: #"":"#.utf8)
        isBehind = false
    }

    mutating func text(_ text: String) {
        separate()
        JSONText.appendString(text.utf8, to: &bytes)
    }

    mutating func number(_ number: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func flag(_ flag: Bool) { number(flag ? 1 : 0) }

    /// JSON that is ready.
    mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        self.text(text)
    }

    /// A member that is left out when it is empty.
    mutating func filled(_ name: StaticString, _ text: String) {
        if !text.isEmpty { member(name, text) }
    }
}
