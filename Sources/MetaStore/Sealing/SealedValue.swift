package import Beehive

/// The bytes of a sealed value: format (1), number of the data key (4, big-endian), nonce (12), ciphertext, tag (16).
package struct SealedValue: Sendable {
    /// The one format there is; a later release may add others.
    static let format: UInt8 = 1
    /// What stands in front of the nonce.
    static let headerCount = 5
    /// What a value grows by.
    package static let overhead = headerCount + 12 + 16

    /// The data key that it is sealed with.
    package let key: UInt32
    /// Nonce, ciphertext and tag.
    package let box: Bytes

    init(key: UInt32, box: Bytes) {
        self.key = key
        self.box = box
    }

    /// Reads a stored value; nil when it is none of this format.
    package init?(_ stored: Bytes) {
        guard stored.count >= Self.overhead, stored.first == Self.format else { return nil }
        key = stored.dropFirst().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        box = stored.dropFirst(Self.headerCount)
    }

    /// As it is stored.
    package var bytes: Bytes {
        var out: [UInt8] = []
        out.reserveCapacity(Self.headerCount + box.count)
        out.append(Self.format)
        for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: key >> shift)) }
        out += box
        return out[...]
    }
}
