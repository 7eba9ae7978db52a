package import Beehive
internal import Crypto

/// The key that seals the values of one database; it stands in the database, wrapped by the key-encryption key.
package struct DataKey: Sendable {
    /// Its number, which each value sealed with it names.
    package let id: UInt32
    private let secret: SymmetricKey

    /// Makes a new one at random.
    package init(id: UInt32) {
        self.id = id
        secret = SymmetricKey(size: .bits256)
    }

    /// Opens a wrapped one.
    ///
    /// - Returns: nil when the key-encryption key is another one, or the bytes were changed.
    package init?(id: UInt32, wrapped: Bytes, by key: KeyEncryptionKey, database: Int64) {
        guard let bytes = key.unwrap(wrapped, authenticating: Self.authenticated(id: id, database: database)),
            bytes.count == 32
        else { return nil }
        self.id = id
        secret = SymmetricKey(data: bytes)
    }

    /// As it is stored.
    package func wrapped(by key: KeyEncryptionKey, database: Int64) throws(StoreError) -> Bytes {
        try key.wrap(secret, authenticating: Self.authenticated(id: id, database: database))
    }

    private static func authenticated(id: UInt32, database: Int64) -> [UInt8] {
        Array("metamanager data key 1 \(id) \(database)".utf8)
    }

    /// Seals a value for its place.
    package func seal(_ value: Bytes, for place: SealedPlace) throws(StoreError) -> Bytes {
        do {
            let box = try AES.GCM.seal(value, using: secret, authenticating: place.authenticated)
            return SealedValue(key: id, box: Array(box.nonce)[...] + box.ciphertext + box.tag).bytes
        } catch {
            throw StoreError(.other, "cannot seal \(place.name); report it with the log")
        }
    }

    /// Opens a value at its place; nil when it was changed, or sealed for another place.
    package func open(_ sealed: SealedValue, at place: SealedPlace) -> Bytes? {
        // Any failure means the same: these bytes were not sealed here, and nothing of them may be used.
        guard let box = try? AES.GCM.SealedBox(combined: sealed.box),
            let value = try? AES.GCM.open(box, using: secret, authenticating: place.authenticated)
        else { return nil }
        return Bytes(value)
    }
}

extension DataKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<data key \(id)>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
