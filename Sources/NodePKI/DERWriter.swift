/// The few shapes of DER that requests and certificates are made of, as bytes.
enum DERWriter {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + length(content.count) + content }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap { $0 }) }

    static func set(_ part: [UInt8]) -> [UInt8] { element(0x31, part) }

    /// An explicit tag around a value.
    static func tagged(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { element(0xa0 | number, content) }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { element(0x04, bytes) }

    static func bits(_ bytes: [UInt8], unused: UInt8 = 0) -> [UInt8] { element(0x03, [unused] + bytes) }

    static func text(_ text: String) -> [UInt8] { element(0x0c, Array(text.utf8)) }

    static func printable(_ text: String) -> [UInt8] { element(0x13, Array(text.utf8)) }

    static let yes: [UInt8] = [0x01, 0x01, 0xff]

    /// A number that is not negative, from its big-endian bytes.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        guard let first = digits.first else { return element(0x02, [0]) }
        return element(0x02, first >= 0x80 ? [0] + digits : digits)
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        var rest = count
        var bytes: [UInt8] = []
        while rest > 0 {
            bytes.insert(UInt8(rest & 0xff), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(bytes.count)] + bytes
    }
}

/// Object identifiers, already encoded.
enum OID {
    static let commonName: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x03]
    static let country: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x06]
    static let locality: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x07]
    static let province: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x08]
    static let organization: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x0a]
    static let organizationalUnit: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x0b]
    static let ellipticKey: [UInt8] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]
    static let p256: [UInt8] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
    static let ecdsaWithSHA256: [UInt8] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
    static let subjectKeyIdentifier: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x0e]
    static let keyUsage: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x0f]
    static let alternativeName: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x11]
    static let basicConstraints: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x13]
    static let authorityKeyIdentifier: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x23]
    static let extendedKeyUsage: [UInt8] = [0x06, 0x03, 0x55, 0x1d, 0x25]
    static let serverUsage: [UInt8] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01]
    static let clientUsage: [UInt8] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]
}
