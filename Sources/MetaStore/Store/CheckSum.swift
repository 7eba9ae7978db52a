internal import Beehive

/// A sum over a row and its value, by which a value that the disk changed, or that belongs to another row, is told.
///
/// It guards against accidents, not against people: those who can write the file can write the sum. Each 16 bytes are
/// folded into the state by one multiplication of 64 by 64 bits; two states keep two multiplications under way.
struct CheckSum {
    private var left: UInt64
    private var right: UInt64

    /// Odd numbers without a pattern: the fractions of the roots of 2, 3, 5 and 7.
    private static let roots: (UInt64, UInt64, UInt64, UInt64) = (
        0x6A09_E667_F3BC_C909, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1
    )

    private init() { (left, right) = (Self.roots.0, Self.roots.1) }

    /// The sum of an object as it is written.
    ///
    /// What the version guard compares is part of it: a damaged version would keep newer ones away for ever.
    ///
    /// - Returns: never 0, which means that none is known.
    static func object(key: String, uid: String, version: String, revision: Int64, value: Bytes) -> Int64 {
        var sum = CheckSum()
        sum.add(UInt64(bitPattern: revision))
        sum.add(key)
        sum.add(uid)
        sum.add(version)
        return value.withUnsafeBytes { sum.result(with: $0) }
    }

    /// The sum of the row that a statement stands on, all of it read where it lies.
    ///
    /// - Parameters:
    ///   - statement: stands on a row.
    ///   - columns: where its key, uid, version, revision and value are.
    /// - Returns: never 0.
    static func object(
        _ statement: Statement, _ columns: (key: Int32, uid: Int32, version: Int32, revision: Int32, value: Int32)
    ) -> Int64 {
        var sum = CheckSum()
        sum.add(UInt64(bitPattern: statement.integer(columns.revision)))
        for column in [columns.key, columns.uid, columns.version] {
            statement.withBytes(column) { sum.add(UnsafeRawBufferPointer($0)) }
        }
        return statement.withBytes(columns.value) { sum.result(with: UnsafeRawBufferPointer($0)) }
    }

    /// The sum of a frame of the outbox in its place.
    ///
    /// - Returns: never 0, which means that none is known.
    static func frame(place: Int64, id: String, key: String, frame: Bytes) -> Int64 {
        var sum = CheckSum()
        sum.add(UInt64(bitPattern: place))
        sum.add(id)
        sum.add(key)
        return frame.withUnsafeBytes { sum.result(with: $0) }
    }

    private mutating func add(_ number: UInt64) { left = Self.fold(left ^ number, Self.roots.2) }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// The value comes last.
    private mutating func result(with value: UnsafeRawBufferPointer) -> Int64 {
        add(value)
        let sum = Int64(bitPattern: Self.fold(left ^ Self.roots.3, right ^ Self.roots.2) ^ right)
        return sum == 0 ? 1 : sum
    }

    /// Both halves of the product of two words.
    private static func fold(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: other)
        return product.high ^ product.low
    }

    /// Bytes with their count in front, so that no two lists of texts give the same.
    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var (left, right) = (Self.fold(left ^ UInt64(bytes.count), Self.roots.3), right)
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var offset = 0
        let pairs = bytes.count & ~31
        while offset < pairs {
            // Beside the product, so that words that make it 0 do not wipe out what came before them.
            left = Self.fold(word(offset) ^ Self.roots.0, word(offset + 8) ^ left) ^ left
            right = Self.fold(word(offset + 16) ^ Self.roots.1, word(offset + 24) ^ right) ^ right
            offset += 32
        }
        while offset + 8 <= bytes.count {
            left = Self.fold(word(offset) ^ left, Self.roots.2) ^ right
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        self.left = Self.fold(rest ^ left, Self.roots.3)
        self.right = right
    }
}
