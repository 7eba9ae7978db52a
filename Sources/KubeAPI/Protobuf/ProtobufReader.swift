internal import Beehive

/// Reads the fields of a message in protobuf's wire form, in the order in which they stand.
struct ProtobufReader {
    /// What a field holds.
    enum Value {
        /// A whole number or a truth value.
        case number(UInt64)
        /// Text, bytes or a message.
        case bytes(Bytes)
        /// Eight or four bytes of a number in a form that Kubernetes does not use here.
        case fixed
    }

    /// Why bytes are no message.
    struct Fault: Error {}

    private var rest: Bytes

    init(_ bytes: Bytes) { rest = bytes }

    /// The next field; nil at the end.
    mutating func next() throws(Fault) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 < 1 << 29 else { throw Fault() }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (number, .number(try varint()))
        case 1:
            _ = try take(8)
            return (number, .fixed)
        case 2: return (number, .bytes(try take(try varint())))
        case 5:
            _ = try take(4)
            return (number, .fixed)
        default: throw Fault()
        }
    }

    private mutating func take(_ count: UInt64) throws(Fault) -> Bytes {
        guard count <= UInt64(rest.count) else { throw Fault() }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private mutating func varint() throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw Fault() }
            // Of the tenth byte there is room for one bit.
            guard shift < 63 || byte < 2 else { throw Fault() }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw Fault()
    }
}
