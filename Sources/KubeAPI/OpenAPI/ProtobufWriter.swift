internal import Beehive

/// Writes messages in protobuf's wire form.
struct ProtobufWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    /// A field of text; one that is nil is left out.
    mutating func text(_ field: Int, _ text: String?) {
        guard let text else { return }
        delimited(field, Array(text.utf8))
    }

    /// A message inside of this one.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        delimited(field, inner.bytes)
    }

    /// Bytes, or a message that was written already.
    mutating func bytes(_ field: Int, _ content: Bytes) { delimited(field, content) }

    /// A truth value that is written when it is false, too.
    mutating func flag(_ field: Int, _ value: Bool) {
        tag(field, wire: 0)
        bytes.append(value ? 1 : 0)
    }

    /// A truth value; false and nil, which mean the same, are left out.
    mutating func bool(_ field: Int, _ value: Bool?) {
        guard value == true else { return }
        tag(field, wire: 0)
        bytes.append(1)
    }

    /// A whole number; nil is left out.
    mutating func integer(_ field: Int, _ value: Int?) {
        guard let value else { return }
        tag(field, wire: 0)
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// A number; nil is left out.
    mutating func double(_ field: Int, _ value: Double?) {
        guard let value else { return }
        tag(field, wire: 1)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    private mutating func delimited(_ field: Int, _ content: some Collection<UInt8>) {
        tag(field, wire: 2)
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func tag(_ field: Int, wire: UInt64) { varint(UInt64(field) << 3 | wire) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
