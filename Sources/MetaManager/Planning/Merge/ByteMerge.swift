package import Beehive

/// A strategic merge on the bytes themselves, for what reports are made of: no directives, no escaped keys, few members.
///
/// Gives what `StrategicMerge` gives on trees of the same bytes, a tenth as dear; what is not that plain is left to it.
package struct ByteMerge {
    private struct Member {
        var key: Range<Int>
        var value: Range<Int>
    }

    /// More comparisons than that are left to the tree, which has an index.
    private static let comparisonLimit = 2048
    private static let depthLimit = 16

    private let patch: UnsafeBufferPointer<UInt8>
    private let base: UnsafeBufferPointer<UInt8>
    /// The members of the objects under way, and elements of lists, as a stack.
    private var table: [Member] = []
    private var out: [UInt8]

    /// What keeps a merge from being done here.
    private struct NotPlain: Error {}

    private init(patch: UnsafeBufferPointer<UInt8>, base: UnsafeBufferPointer<UInt8>, out: consuming [UInt8]) {
        self.patch = patch
        self.base = base
        self.out = out
        table.reserveCapacity(128)
    }

    /// An object with one member merged.
    ///
    /// - Parameters:
    ///   - patch: the patch for the member, an object.
    ///   - name: the member.
    ///   - object: the object; without that member it gets one at its end.
    /// - Returns: the new object; nil when this has to be left to the tree.
    package static func merge(_ patch: Bytes, intoMember name: StaticString, of object: Bytes) -> Bytes? {
        guard let range = JSONMembers.range(of: name, in: object) else { return nil }
        let (from, to) = (range.lowerBound - object.startIndex, range.upperBound - object.startIndex)
        return patch.withUnsafeBufferPointer { patch in
            object.withUnsafeBufferPointer { base -> Bytes? in
                var out: [UInt8] = []
                out.reserveCapacity(base.count + patch.count + 64)
                out.append(contentsOf: base[..<from])
                var merge = ByteMerge(patch: patch, base: base, out: out)
                do throws(NotPlain) {
                    try merge.object(0..<patch.count, into: from..<to, depth: 0)
                } catch {
                    return nil
                }
                merge.out.append(contentsOf: base[to...])
                return merge.out[...]
            }
        }
    }

    // MARK: Objects

    /// Merges an object of the patch into one of the base; nil: into an empty one.
    private mutating func object(_ orders: Range<Int>, into old: Range<Int>?, depth: Int) throws(NotPlain) {
        guard depth < Self.depthLimit else { throw NotPlain() }
        let bottom = table.count
        defer { table.removeSubrange(bottom...) }
        try readMembers(of: orders, in: patch)
        let middle = table.count
        // What is of another kind counts as empty.
        if let old, base[old.lowerBound] == UInt8(ascii: "{") { try readMembers(of: old, in: base) }
        let top = table.count
        try requireFewAndDistinct(bottom..<middle, of: bottom..<top)

        out.append(UInt8(ascii: "{"))
        var isFirst = true
        for place in middle..<top {
            let member = table[place]
            guard let order = (bottom..<middle).first(where: { sameKey(patch, table[$0].key, base, member.key) }) else {
                begin(&isFirst, base, member.key)
                out.append(contentsOf: base[member.value])
                continue
            }
            // Of duplicates the last counts, alone: for the tree to do. They are looked for only where the patch has something
            // to say: what it does not touch may be of any size, and stands as it is.
            if (place + 1..<top).contains(where: { sameKey(base, table[$0].key, base, member.key) }) {
                throw NotPlain()
            }
            try put(table[order], over: member.value, &isFirst, depth: depth)
        }
        for order in bottom..<middle {
            let member = table[order]
            let isKnown = (middle..<top).contains { sameKey(patch, member.key, base, table[$0].key) }
            if !isKnown { try put(member, over: nil, &isFirst, depth: depth) }
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Writes a member's new value; null removes it.
    private mutating func put(
        _ order: Member, over old: Range<Int>?, _ isFirst: inout Bool, depth: Int
    ) throws(NotPlain) {
        let first = patch[order.value.lowerBound]
        if first == UInt8(ascii: "n") { return }
        begin(&isFirst, patch, order.key)
        switch first {
        case UInt8(ascii: "{"): try object(order.value, into: old, depth: depth + 1)
        case UInt8(ascii: "["):
            let name = String(decoding: UnsafeBufferPointer(rebasing: patch[order.key]), as: UTF8.self)
            guard let key = MergeKeys.key(forList: name) else { return out.append(contentsOf: patch[order.value]) }
            try list(order.value, into: old, by: key, depth: depth + 1)
        default: out.append(contentsOf: patch[order.value])
        }
    }

    private mutating func begin(_ isFirst: inout Bool, _ bytes: UnsafeBufferPointer<UInt8>, _ key: Range<Int>) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        out.append(UInt8(ascii: "\""))
        out.append(contentsOf: bytes[key])
        out.append(UInt8(ascii: "\""))
        out.append(UInt8(ascii: ":"))
    }

    // MARK: Lists

    /// Merges a list of the patch into one of the base, element by element, by the field that tells them apart.
    private mutating func list(
        _ orders: Range<Int>, into old: Range<Int>?, by key: String, depth: Int
    ) throws(NotPlain) {
        let bottom = table.count
        defer { table.removeSubrange(bottom...) }
        // Of an element, `key` is its identity.
        try readElements(of: orders, in: patch, by: key)
        let middle = table.count
        if let old, base[old.lowerBound] == UInt8(ascii: "[") { try readElements(of: old, in: base, by: key) }
        let top = table.count
        try requireFewAndDistinct(bottom..<middle, of: bottom..<top)

        out.append(UInt8(ascii: "["))
        var isFirst = true
        for place in middle..<top {
            let element = table[place]
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            // Of several with one identity the first counts.
            if let order = (bottom..<middle).first(where: { sameKey(patch, table[$0].key, base, element.key) }),
                !(middle..<place).contains(where: { sameKey(base, table[$0].key, base, element.key) })
            {
                try object(table[order].value, into: element.value, depth: depth + 1)
            } else {
                out.append(contentsOf: base[element.value])
            }
        }
        for order in bottom..<middle {
            let element = table[order]
            if (middle..<top).contains(where: { sameKey(patch, element.key, base, table[$0].key) }) { continue }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            try object(element.value, into: nil, depth: depth + 1)
        }
        out.append(UInt8(ascii: "]"))
    }

    // MARK: Reading

    private mutating func readMembers(of range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) throws(NotPlain) {
        var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), at: range.lowerBound)
        var isPlain = true
        do throws(JSONFault) {
            try scanner.object { scanner, key throws(JSONFault) in
                isPlain = isPlain && Self.isPlain(bytes[key])
                table.append(Member(key: key, value: try scanner.value(depth: 1)))
            }
        } catch {
            throw NotPlain()
        }
        guard isPlain, scanner.position == range.upperBound else { throw NotPlain() }
    }

    private mutating func readElements(
        of range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, by key: String
    ) throws(NotPlain) {
        var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), at: range.lowerBound)
        var isPlain = true
        do throws(JSONFault) {
            try scanner.array { scanner throws(JSONFault) in
                guard scanner.peek() == UInt8(ascii: "{") else {
                    isPlain = false
                    _ = try scanner.value(depth: 1)
                    return
                }
                let start = scanner.position
                var identity: Range<Int>?
                try scanner.object { scanner, name throws(JSONFault) in
                    let value = try scanner.value(depth: 2)
                    isPlain = isPlain && Self.isPlain(bytes[name])
                    if bytes[name].elementsEqual(key.utf8) { identity = value }
                }
                // Only texts are compared as they stand.
                guard let identity, bytes[identity.lowerBound] == UInt8(ascii: "\"") else {
                    isPlain = false
                    return
                }
                table.append(Member(key: identity, value: start..<scanner.position))
            }
        } catch {
            throw NotPlain()
        }
        guard isPlain, scanner.position == range.upperBound else { throw NotPlain() }
    }

    /// False for a directive, for a key with an escape, and for one that could be written in several ways.
    private static func isPlain(_ key: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard key.first != UInt8(ascii: "$") else { return false }
        for byte in key where byte == UInt8(ascii: "\\") || byte >= 0x80 { return false }
        return true
    }

    /// Orders that are compared with each other and with everything they may meet have to be few.
    private func requireFewAndDistinct(_ orders: Range<Int>, of all: Range<Int>) throws(NotPlain) {
        guard orders.count * all.count <= Self.comparisonLimit else { throw NotPlain() }
        for place in orders {
            for other in orders.lowerBound..<place where sameKey(patch, table[place].key, patch, table[other].key) {
                throw NotPlain()
            }
        }
    }

    private func sameKey(
        _ one: UnsafeBufferPointer<UInt8>, _ first: Range<Int>, _ other: UnsafeBufferPointer<UInt8>,
        _ second: Range<Int>
    ) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count where one[first.lowerBound + offset] != other[second.lowerBound + offset] {
            return false
        }
        return true
    }
}
