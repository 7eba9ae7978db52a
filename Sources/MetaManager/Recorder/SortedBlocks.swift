/// Distinct elements in order, to which one more costs little however many there are: in blocks of a bounded length.
struct SortedBlocks<Element: Comparable> {
    private var blocks: [[Element]] = []

    private static var blockLimit: Int { 512 }

    /// The first of all.
    var first: Element? { blocks.first?.first }

    /// Adds an element; nothing happens when it is there.
    mutating func insert(_ element: Element) {
        guard !blocks.isEmpty else {
            blocks = [[element]]
            return
        }
        let block = max(0, Self.firstIndex(in: blocks) { $0[0] > element } - 1)
        let place = Self.firstIndex(in: blocks[block]) { $0 >= element }
        if place < blocks[block].count, blocks[block][place] == element { return }
        blocks[block].insert(element, at: place)
        guard blocks[block].count > Self.blockLimit else { return }
        let half = blocks[block].count / 2
        blocks.insert(Array(blocks[block][half...]), at: block + 1)
        blocks[block].removeLast(blocks[block].count - half)
    }

    /// Takes an element out; nothing happens when it is not there.
    mutating func remove(_ element: Element) {
        let block = Self.firstIndex(in: blocks) { $0[0] > element } - 1
        guard block >= 0 else { return }
        let place = Self.firstIndex(in: blocks[block]) { $0 >= element }
        guard place < blocks[block].count, blocks[block][place] == element else { return }
        blocks[block].remove(at: place)
        if blocks[block].isEmpty { blocks.remove(at: block) }
    }

    /// The elements from one on, in order, as far as they are wanted.
    func elements(from first: Element, while isWanted: (Element) -> Bool) -> [Element] {
        var found: [Element] = []
        var block = max(0, Self.firstIndex(in: blocks) { $0[0] > first } - 1)
        while block < blocks.count {
            for element in blocks[block] where element >= first {
                guard isWanted(element) else { return found }
                found.append(element)
            }
            block += 1
        }
        return found
    }

    /// The first index whose element a condition holds for that, once it holds, holds on.
    private static func firstIndex<Item>(in items: [Item], where holds: (Item) -> Bool) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(items[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
