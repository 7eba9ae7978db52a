internal import Beehive
internal import MetaManager

/// Patches of modules, laid over objects of the cloud: an object and two patches, one on a line.
enum PatchTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let lines = Bytes(bytes).split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3 else { return }
        let trees = lines.map { (try? JSONValue(parsing: $0)).map(Self.once) }
        guard let base = trees[0], let first = trees[1], let second = trees[2] else { return }
        let stepped = StrategicMerge.apply(second, to: StrategicMerge.apply(first, to: base))
        try expect((try? JSONValue(parsing: stepped.json)) == stepped, "what is merged is JSON")
        // What lies over an object only grows by what the patches hold.
        let size = lines.reduce(0) { $0 + $1.count }
        try expect(stepped.json.count <= 8 * size + 64, "a merge holds no more than its parts")
        let row = Overlay.adding(second, to: Overlay.adding(first, to: nil))
        try expect((try? JSONValue(parsing: row)) != nil, "what is stored of patches is JSON")
        _ = Overlay.mergePatches(row, into: base.json)
        _ = Overlay.mergePatches(lines[1], into: lines[0])
        _ = PatchComposition.compose(second, after: first)
    }

    /// Each member once, the last one, as Go reads it: what duplicates mean to a merge is nobody's promise.
    private static func once(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            var out: [JSONMember] = []
            var places: [String: Int] = [:]
            for member in members {
                let clean = JSONMember(member.key, once(member.value))
                if let place = places[member.key] {
                    out[place] = clean
                } else {
                    places[member.key] = out.count
                    out.append(clean)
                }
            }
            return .object(out)
        case .array(let elements): return .array(elements.map(once))
        default: return value
        }
    }
}
