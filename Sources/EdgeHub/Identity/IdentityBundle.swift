/// A whole identity in one file: three parts of PEM under marks, and a mark at the end.
enum IdentityBundle {
    private static let marks = ["# key", "# certificate", "# ca", "# end"]

    static func encode(_ identity: Identity) -> [UInt8] {
        var bytes: [UInt8] = []
        for (mark, part) in zip(marks, [identity.key, identity.chain, identity.authority, []]) {
            bytes += Array("\(mark)\n".utf8) + part
            if !part.isEmpty, part.last != 0x0a { bytes.append(0x0a) }
        }
        return bytes
    }

    /// The parts, or nil when a mark is missing or out of order.
    static func decode(_ bytes: [UInt8]) -> (key: [UInt8], chain: [UInt8], authority: [UInt8])? {
        var parts: [[UInt8]] = []
        for line in bytes.split(separator: 0x0a) {
            if parts.count < marks.count, line.elementsEqual(marks[parts.count].utf8) {
                parts.append([])
            } else if parts.isEmpty {
                return nil
            } else {
                parts[parts.count - 1] += line + [0x0a]
            }
        }
        guard parts.count == marks.count else { return nil }
        return (parts[0], parts[1], parts[2])
    }
}
