/// Goes through all pages of a damaged file and notes where rows of this program stand.
///
/// Trees are walked from the schema as far as they lead; a page that no tree leads to any more is told by the shape of
/// what stands on it. A page whose directory is damaged is looked through byte by byte.
struct RowFinder {
    private let file: RawFile
    private let pages: RawPages
    private var owners: [UInt32: RawOwner] = [:]
    /// Pages of rows that are damaged themselves.
    private var faulty: [UInt32] = []
    private(set) var found = FoundRows()

    /// Looks through a file.
    static func run(_ file: RawFile, _ pages: RawPages) -> FoundRows {
        var finder = RowFinder(file: file, pages: pages)
        finder.run()
        return finder.found
    }

    private init(file: RawFile, pages: RawPages) {
        self.file = file
        self.pages = pages
        found.damagedFrames = file.log.damagedFrames
    }

    private mutating func run() {
        pages.beginWalk()
        for (root, owner) in schema() { claim(root, owner) }
        let free = file.freePages()
        var unclaimed: [UInt32] = []
        for number in 1...max(1, file.pageCount) {
            if let owner = owners[number] {
                read(number, owner)
            } else if !free.contains(number), !file.isPointerMap(number) {
                unclaimed.append(number)
            }
        }
        for number in unclaimed where !pages.isOverflow(number) { read(number, nil) }
        // Last, so that rows in order have taken their overflow pages.
        for number in faulty { lookThrough(number) }
        found.damagedPages = faulty.count
    }

    // MARK: - Trees

    /// The roots of all trees, as far as the schema can be read.
    private mutating func schema() -> [(UInt32, RawOwner)] {
        var roots: [(UInt32, RawOwner)] = []
        var pending: [UInt32] = [1]
        var seen: Set<UInt32> = [1]
        while let number = pending.popLast() {
            guard let page = file.page(number), let kind = pages.kind(page, number), kind.isTable else { continue }
            owners[number] = .other
            let cells = pages.cells(of: page, number, kind).cells
            guard kind.isLeaf else {
                for child in pages.children(of: page, number, cells) where seen.insert(child).inserted {
                    pending.append(child)
                }
                continue
            }
            for cell in cells {
                guard let record = RawRecord(cell.payload), record.columns == 5, let name = record[1].text,
                    let root = record[3].integer, root > 1, root <= Int64(file.pageCount)
                else { continue }
                roots.append((UInt32(root), RawOwner(name: name)))
            }
        }
        // Ours first: a damaged page of another table must not take theirs away.
        return roots.sorted { $0.1 != .other && $1.1 == .other }
    }

    private mutating func claim(_ root: UInt32, _ owner: RawOwner) {
        var pending = [root]
        while let number = pending.popLast() {
            guard number > 1, number <= file.pageCount, owners[number] == nil, let page = file.page(number),
                let kind = pages.kind(page, number)
            else { continue }
            owners[number] = owner
            guard !kind.isLeaf else { continue }
            // Cells of inner index pages are rows, and are read with the others.
            pending += Self.children(pages, page, number, kind)
        }
    }

    private static func children(
        _ pages: RawPages, _ page: RawBytes, _ number: UInt32, _ kind: RawPages.Kind
    ) -> [UInt32] {
        guard let count = page.big16((number == 1 ? 100 : 0) + 3) else { return [] }
        let start = number == 1 ? 100 : 0
        var children = [page.big32(start + 8) ?? 0]
        for index in 0..<min(count, page.count / 2) {
            guard let offset = page.big16(start + 12 + 2 * index) else { break }
            if let child = page.big32(offset) { children.append(child) }
        }
        return children
    }

    // MARK: - Rows

    private mutating func read(_ number: UInt32, _ owner: RawOwner?) {
        guard let page = file.page(number) else { return }
        guard let kind = pages.kind(page, number), kind != .innerTable else {
            // Neither rows nor the way to some; an empty page is nothing either.
            if owner == nil, page.bytes.contains(where: { $0 != 0 }) { faulty.append(number) }
            return
        }
        let (cells, isSound) = pages.cells(of: page, number, kind)
        for cell in cells {
            guard let record = RawRecord(cell.payload) else { continue }
            if kind.isTable {
                note(record, cell, number, owner)
            } else {
                note(index: record, owner)
            }
        }
        if !isSound, owner != .other || kind.isTable { faulty.append(number) }
    }

    /// A page whose own directory is not to be trusted: objects at any offset, which prove themselves by their sum.
    private mutating func lookThrough(_ number: UInt32) {
        guard let page = file.page(number) else { return }
        for offset in 8..<max(8, page.count - 16) {
            // The cheap question first: a header of a likely size behind two numbers.
            guard let (length, next) = page.varint(offset), length > 8, let (_, record) = page.varint(next),
                let size = page.byte(record), (16...48).contains(size), page.byte(record + 1) == 0,
                let cell = pages.cell(on: page, at: offset, .leafTable), let row = RawRecord(cell.payload)
            else { continue }
            note(row, cell, number, owners[number], isLoose: true)
        }
    }

    private mutating func note(
        _ record: RawRecord, _ cell: RawPages.Cell, _ page: UInt32, _ owner: RawOwner?, isLoose: Bool = false
    ) {
        if let object = RowShape.object(record) {
            let place = RowPlace(
                page: page, offset: cell.offset, rank: object.revision, needsSum: isLoose || owner == .other)
            let key = Array(object.key.utf8)
            // A remnant of what was moved or removed speaks for nothing.
            if !place.needsSum {
                found.keys[key] = cell.rowID
                found.rowIDs.insert(cell.rowID)
            }
            FoundRows.add(place, to: &found.objects[key, default: []])
        } else if owner == .other || isLoose {
            return
        } else if let created = RowShape.outbox(record, place: cell.rowID) {
            FoundRows.add(
                RowPlace(page: page, offset: cell.offset, rank: created), to: &found.outbox[cell.rowID, default: []])
        } else if owner == .object {
            // What it was is not known, but that there was something is.
            found.rowIDs.insert(cell.rowID)
        } else if RowShape.isChange(record) {
            if RowShape.isRevision(cell.rowID) { found.feedRevision = max(found.feedRevision, cell.rowID) }
        } else if let wrapped = record[1].bytes, record.columns == 4, record.isWhole, let print = record[2].text,
            let created = record[3].integer
        {
            found.sealKeys[cell.rowID] = (Array(wrapped), print, created)
        }
    }

    private mutating func note(index record: RawRecord, _ owner: RawOwner?) {
        switch (owner, record.columns) {
        case (.objectList, 3):
            if let row = record[2].integer { found.rowIDs.insert(row) }
        case (.objectKeys, 2), (.lost, 2), (nil, 2), (.state, 2):
            // Places of the outbox, in the index of its keys, are larger.
            guard let text = record[0].text, let number = record[1].integer, number >= 0 else { return }
            if owner == nil, number >> 48 > 0, !RowShape.isStateName(text) { return }
            if StoreCheck.isKey(text), owner != .state {
                // A row's own word of its number counts for more.
                let key = Array(text.utf8)
                if found.keys[key] == nil { found.keys[key] = owner == .lost ? 0 : number }
                if owner == .objectKeys { found.rowIDs.insert(number) }
            } else if owner == .state || RowShape.isStateName(text) {
                found.state[text] = max(found.state[text] ?? .min, number)
            }
        case (.tombstone, 4), (nil, 4):
            guard let key = record[0].text, let uid = record[1].text, let version = record[2].text,
                let deleted = record[3].integer, StoreCheck.isKey(key)
            else { return }
            let bytes = Array(key.utf8)
            if let known = found.tombstones[bytes], known.deleted >= deleted { return }
            found.tombstones[bytes] = (uid, version, deleted)
        default: break
        }
    }
}
