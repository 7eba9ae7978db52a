internal import Beehive
internal import Crypto

/// The key that wraps the data keys of a database; it lies outside of it, and never prints itself.
package struct KeyEncryptionKey: Sendable {
    private let secret: SymmetricKey

    /// Makes a new one at random.
    package init() { secret = SymmetricKey(size: .bits256) }

    /// Reads a key: 64 hex digits with white space around them, or 32 bytes.
    ///
    /// - Returns: nil for anything else.
    package init?(_ content: [UInt8]) {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let digits = Array(content.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        var bytes: [UInt8] = []
        if digits.count == 64 {
            for index in stride(from: 0, to: 64, by: 2) {
                guard let high = Self.digit(digits[index]), let low = Self.digit(digits[index + 1]) else { return nil }
                bytes.append(high << 4 | low)
            }
        } else if content.count == 32 {
            bytes = content
        } else {
            return nil
        }
        secret = SymmetricKey(data: bytes)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }

    /// As it stands in a file: 64 hex digits and a line feed.
    package var fileContent: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return secret.withUnsafeBytes { bytes in
            bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } + [0x0A]
        }
    }

    /// A name for people to tell keys by, which says nothing about the key.
    package var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("metamanager key name 1".utf8), using: secret)
        return code.prefix(4).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    func wrap(_ key: SymmetricKey, authenticating: [UInt8]) throws(StoreError) -> Bytes {
        do {
            let box = try key.withUnsafeBytes { bytes in
                try AES.GCM.seal(Array(bytes), using: secret, authenticating: authenticating)
            }
            return [SealedValue.format] + Array(box.nonce)[...] + box.ciphertext + box.tag
        } catch {
            throw StoreError(.other, "cannot wrap a data key; report it with the log")
        }
    }

    func unwrap(_ wrapped: Bytes, authenticating: [UInt8]) -> [UInt8]? {
        // Any failure means the same: it was not wrapped by this key.
        guard wrapped.first == SealedValue.format, let box = try? AES.GCM.SealedBox(combined: wrapped.dropFirst()),
            let bytes = try? AES.GCM.open(box, using: secret, authenticating: authenticating)
        else { return nil }
        return Array(bytes)
    }
}

extension KeyEncryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<key-encryption key>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
