internal import Beehive
internal import MetaStore

/// Sealed values, and the file of the key that wraps their keys.
enum SealedTarget {
    private static let key = DataKey(id: 7)
    private static let place = SealedPlace.object(type: "secret", key: "default/secret/a", revision: 5)
    private static let value = Bytes("a value that is sealed".utf8)
    private static let sealed = try? key.seal(value, for: place)

    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let input = Bytes(bytes)
        if let read = SealedValue(input) {
            try expect(read.bytes.elementsEqual(input), "a sealed value is written as it was read")
            try expect(key.open(read, at: place) == nil, "nothing opens that was not sealed")
        }
        try checkChanged(by: input)
        if let outer = KeyEncryptionKey(Array(input)) {
            let again = KeyEncryptionKey(outer.fileContent)
            try expect(again?.fingerprint == outer.fingerprint, "a key that is written is read")
            let wrapped = DataKey(id: 7, wrapped: input, by: outer, database: 1)
            try expect(wrapped == nil, "no key unwraps that was not wrapped")
        }
    }

    /// Lays the input over a sealed value: it opens if nothing has changed, and not otherwise.
    private static func checkChanged(by mask: Bytes) throws {
        guard let sealed else { throw FuzzFinding("a value can be sealed") }
        var changed = Array(sealed)
        for (index, byte) in mask.prefix(changed.count).enumerated() { changed[index] ^= byte }
        if mask.count > changed.count { changed += mask.dropFirst(changed.count) }
        let isSame = changed.elementsEqual(sealed)
        let opened = SealedValue(changed[...]).flatMap { key.open($0, at: place) }
        // The number of the key is looked up, not sealed: another number finds another key, or none.
        let isOnlyNumber = changed[0] == sealed.first && changed.dropFirst(5).elementsEqual(sealed.dropFirst(5))
        try expect((opened != nil) == (isSame || isOnlyNumber), "a value opens as it was sealed, or not at all")
        if let opened { try expect(opened.elementsEqual(value), "what opens is what was sealed") }
        let other = SealedPlace.object(
            type: "secret", key: "default/secret/" + String(decoding: mask, as: UTF8.self), revision: 6)
        try expect(
            SealedValue(sealed).flatMap { key.open($0, at: other) } == nil, "a value opens at its own place only")
    }
}
