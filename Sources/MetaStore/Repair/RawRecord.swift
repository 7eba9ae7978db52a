internal import Beehive

/// A value of a row, as it stands in the file.
enum RawValue {
    case null
    case integer(Int64)
    case real
    case text(Bytes)
    case blob(Bytes)

    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    var bytes: Bytes? {
        switch self {
        case .text(let bytes), .blob(let bytes): bytes
        default: nil
        }
    }

    /// The text; nil for what is none, or no UTF-8.
    var text: String? { if case .text(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil } }
}

/// A row in the record format: a header of types, then the values.
struct RawRecord {
    /// The values, up to the first that the bytes do not hold.
    private(set) var values: [RawValue] = []
    /// The types that the header names.
    private(set) var types: [Int64] = []
    /// How many the header names.
    private(set) var columns = 0

    /// Whether the values end where the bytes do: a type that was damaged leaves some over.
    private var isExact = false

    /// True when every value is there, and nothing else.
    var isWhole: Bool { columns > 0 && values.count == columns && isExact }

    /// Reads a record whose bytes may end early.
    ///
    /// - Returns: nil when there is no header that could be one.
    init?(_ payload: [UInt8], columnLimit: Int = 64) {
        let raw = RawBytes(bytes: payload)
        guard let (size, start) = raw.varint(0), size >= start, size <= raw.count else { return nil }
        let headerEnd = Int(size)
        var types: [Int64] = []
        var at = start
        while at < headerEnd {
            guard let (type, next) = raw.varint(at), next <= headerEnd, type >= 0, types.count < columnLimit else {
                return nil
            }
            types.append(type)
            at = next
        }
        columns = types.count
        self.types = types
        for type in types {
            guard let (value, end) = Self.value(type, in: raw, at: at) else { return }
            values.append(value)
            at = end
        }
        isExact = at == raw.count
    }

    private static func value(_ type: Int64, in raw: RawBytes, at: Int) -> (RawValue, end: Int)? {
        switch type {
        case 0: return (.null, at)
        case 1...6:
            let length = type < 5 ? Int(type) : type == 5 ? 6 : 8
            let part = raw.part(at, length)
            guard part.count == length, let first = part.first else { return nil }
            let sign: Int64 = first & 0x80 == 0 ? 0 : -1
            return (.integer(part.reduce(sign) { $0 << 8 | Int64($1) }), at + length)
        case 7: return at + 8 <= raw.count ? (.real, at + 8) : nil
        case 8, 9: return (.integer(type - 8), at)
        case 12...:
            let length = Int(type - 12) / 2
            let part = raw.part(at, length)
            guard part.count == length else { return nil }
            return (type % 2 == 0 ? .blob(part) : .text(part), at + length)
        default: return nil
        }
    }

    /// The value of a column; null where the record is from before the column was added, or ends early.
    subscript(_ column: Int) -> RawValue { column < values.count ? values[column] : .null }
}
