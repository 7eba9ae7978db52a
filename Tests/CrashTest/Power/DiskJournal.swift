import Glibc

/// What the layer of `Tests/FaultyDisk` noted of one life of the daemon: each change of the disk, and each sync.
struct DiskJournal {
    /// A change of a file's content or size; what stood there before is in the journal.
    struct Change {
        let offset: Int
        let length: Int
        /// The file's size before.
        let size: Int
        /// What stood there, as far as the file reached.
        let before: ArraySlice<UInt8>
    }

    /// A change of a folder.
    enum NameChange {
        case made(String)
        case removed(String, kept: String)
        case renamed(String, to: String)

        var folder: Substring {
            switch self {
            case .made(let path), .removed(let path, _), .renamed(let path, _):
                path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
            }
        }
    }

    /// By the file's number: what was not synced, in order.
    private(set) var changes: [UInt64: [Change]] = [:]
    /// By folder: the names that were not synced, in order.
    private(set) var names: [Substring: [NameChange]] = [:]
    private(set) var syncs = 0

    private static let headLength = 56

    /// Reads a journal; a last record that was not finished belongs to a change that never came.
    init(_ bytes: [UInt8]) throws(CrashError) {
        var at = 0
        while at + Self.headLength <= bytes.count {
            func number<Number: FixedWidthInteger>(_ offset: Int, _ type: Number.Type) -> Number {
                bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at + offset, as: type) }
            }
            guard number(0, UInt32.self) == 0x4B53_4446 else { throw CrashError("the disk's journal is damaged") }
            let kind = number(4, UInt32.self)
            let (held, first, second) = (
                Int(number(40, UInt64.self)), Int(number(48, UInt32.self)), Int(number(52, UInt32.self))
            )
            let start = at + Self.headLength
            guard start + first + second + held <= bytes.count else { return }
            let name = String(decoding: bytes[start..<start + first], as: UTF8.self)
            let other = String(decoding: bytes[start + first..<start + first + second], as: UTF8.self)
            let before = bytes[start + first + second..<start + first + second + held]
            let change = Change(
                offset: Int(number(16, Int64.self)), length: Int(number(24, Int64.self)),
                size: Int(number(32, Int64.self)), before: before)
            note(kind, of: number(8, UInt64.self), change, name, other)
            at = start + first + second + held
        }
    }

    private mutating func note(_ kind: UInt32, of file: UInt64, _ change: Change, _ name: String, _ other: String) {
        switch kind {
        case 1, 2: changes[file, default: []].append(change)
        case 3:
            changes[file] = nil
            syncs += 1
        case 4: note(.made(name))
        case 5: note(.removed(name, kept: other))
        case 6: note(.renamed(name, to: other))
        case 7:
            names[name[...]] = nil
            syncs += 1
        default: break
        }
    }

    private mutating func note(_ change: NameChange) { names[change.folder, default: []].append(change) }
}
