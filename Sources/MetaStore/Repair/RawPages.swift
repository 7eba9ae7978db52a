/// The trees of a database: pages, their cells, and the payload of a cell with its overflow.
final class RawPages {
    let file: RawFile
    /// How often each overflow page was read: in a sound file once a walk, and chains that meet must end.
    private var overflowReads: [UInt32: UInt8] = [:]

    init(_ file: RawFile) { self.file = file }

    /// What a page of a tree holds.
    enum Kind: UInt8 {
        case innerIndex = 2
        case innerTable = 5
        case leafIndex = 10
        case leafTable = 13

        var isTable: Bool { self == .innerTable || self == .leafTable }
        var isLeaf: Bool { self == .leafTable || self == .leafIndex }
    }

    struct Cell {
        /// Where it begins on its page.
        var offset: Int
        /// The page of smaller entries; 0 on leaves.
        var child: UInt32 = 0
        /// The row's number in tables.
        var rowID: Int64 = 0
        /// The record, as far as it could be read; empty on inner pages of tables.
        var payload: [UInt8] = []
        /// Whether the whole of it could be read.
        var isWhole = true
    }

    /// Forgets which overflow pages were read, for another walk.
    func beginWalk() { overflowReads = [:] }

    /// True for pages that were read as a part of some row.
    func isOverflow(_ number: UInt32) -> Bool { overflowReads[number] != nil }

    private func start(_ number: UInt32) -> Int { number == 1 ? 100 : 0 }

    func kind(_ page: RawBytes, _ number: UInt32) -> Kind? { page.byte(start(number)).flatMap { Kind(rawValue: $0) } }

    /// The cells that a page's own directory leads to, and whether each could be read.
    func cells(of page: RawBytes, _ number: UInt32, _ kind: Kind) -> (cells: [Cell], isSound: Bool) {
        let start = start(number)
        guard let count = page.big16(start + 3) else { return ([], false) }
        let directory = start + (kind.isLeaf ? 8 : 12)
        var cells: [Cell] = []
        var isSound = page.count == file.pageSize && directory + 2 * count <= page.count
        for index in 0..<min(count, file.pageSize / 2) {
            guard let offset = page.big16(directory + 2 * index) else { break }
            if offset >= directory, let cell = cell(on: page, at: offset, kind) {
                if !cell.isWhole { isSound = false }
                cells.append(cell)
            } else {
                isSound = false
            }
        }
        return (cells, isSound)
    }

    /// The pages below an inner page.
    func children(of page: RawBytes, _ number: UInt32, _ cells: [Cell]) -> [UInt32] {
        cells.map(\.child) + [page.big32(start(number) + 8) ?? 0]
    }

    /// Reads the cell at an offset, whatever stands there.
    func cell(on page: RawBytes, at offset: Int, _ kind: Kind) -> Cell? {
        var cell = Cell(offset: offset)
        var at = offset
        if !kind.isLeaf {
            guard let child = page.big32(at) else { return nil }
            cell.child = child
            at += 4
        }
        if kind == .innerTable {
            guard let (row, _) = page.varint(at) else { return nil }
            cell.rowID = row
            return cell
        }
        guard let (length, next) = page.varint(at), length > 0, length <= Int64(file.pageSize) * Int64(file.pageCount)
        else { return nil }
        at = next
        if kind == .leafTable {
            guard let (row, next) = page.varint(at) else { return nil }
            cell.rowID = row
            at = next
        }
        let (total, local) = (Int(length), local(Int(length), isTable: kind.isTable))
        cell.payload = Array(page.part(at, local))
        guard cell.payload.count == local else {
            cell.isWhole = false
            return cell
        }
        if local < total { followOverflow(page.big32(at + local) ?? 0, of: &cell, total: total) }
        return cell
    }

    /// How much of a payload stands on the page itself (section "Cell Payload Overflow Pages" of the format).
    private func local(_ total: Int, isTable: Bool) -> Int {
        let usable = file.usable
        let most = isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23
        guard total > most else { return total }
        let least = (usable - 12) * 32 / 255 - 23
        let wanted = least + (total - least) % (usable - 4)
        return wanted <= most ? wanted : least
    }

    private func followOverflow(_ first: UInt32, of cell: inout Cell, total: Int) {
        var next = first
        while cell.payload.count < total {
            guard next > 1, overflowReads[next, default: 0] < 8, let page = file.page(next), let link = page.big32(0)
            else { break }
            overflowReads[next, default: 0] += 1
            let wanted = min(file.usable - 4, total - cell.payload.count)
            let part = page.part(4, wanted)
            cell.payload += part
            guard part.count == wanted else { break }
            next = link
        }
        cell.isWhole = cell.payload.count == total
    }
}
