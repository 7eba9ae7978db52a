internal import Beehive

/// Compares recorded decisions with those of this build, whose ids and places in the outbox are others.
struct DecisionMatch {
    private(set) var ids: [String: String] = [:]
    private(set) var places: [Int64: Int64] = [:]
    /// What the comparison under way has noted, taken back when the two differ.
    ///
    /// A copy of all, to go back to, would cost more with each line of a record.
    private var newIDs: [String] = []
    private var newPlaces: [Int64] = []

    func id(_ recorded: String) -> String { ids[recorded] ?? recorded }

    func place(_ recorded: Int64) -> Int64 { places[recorded] ?? recorded }

    mutating func note(place recorded: Int64, is own: Int64) { places[recorded] = own }

    /// True when two decisions are the same; ids that are new in both stand for each other from then on.
    ///
    /// - Parameters:
    ///   - recorded: the recorded decision.
    ///   - made: this build's.
    ///   - inOrder: false where the order of what goes out depends on chance.
    /// - Returns: true when they are the same.
    mutating func isSame(_ recorded: JSONValue, _ made: JSONValue, inOrder: Bool) -> Bool {
        if isSame(recorded, made) { return true }
        return inOrder ? false : isSame(Self.sorted(recorded), Self.sorted(made))
    }

    private mutating func isSame(_ recorded: JSONValue, _ made: JSONValue) -> Bool {
        (newIDs, newPlaces) = ([], [])
        let isSame = matches(recorded, made)
        if !isSame {
            for id in newIDs { ids[id] = nil }
            for place in newPlaces { places[place] = nil }
        }
        return isSame
    }

    private mutating func matches(_ recorded: JSONValue, _ made: JSONValue) -> Bool {
        switch (recorded, made) {
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) where !matches(left, right) { return false }
            return true
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            if left.count == 1, let one = left.first, let other = right.first, one.key == other.key {
                if one.key == "i" { return matches(id: one.value, other.value) }
                if one.key == "p" { return matches(place: one.value, other.value) }
            }
            for (left, right) in zip(left, right) where left.key != right.key || !matches(left.value, right.value) {
                return false
            }
            return true
        default: return recorded == made
        }
    }

    private mutating func matches(id recorded: JSONValue, _ made: JSONValue) -> Bool {
        guard let recorded = recorded.text, let made = made.text else { return false }
        if let known = ids[recorded] { return known == made }
        if recorded != made {
            ids[recorded] = made
            newIDs.append(recorded)
        }
        return true
    }

    private mutating func matches(place recorded: JSONValue, _ made: JSONValue) -> Bool {
        guard let recorded = recorded.integer, let made = made.integer else { return false }
        if let known = places[Int64(recorded)] { return known == Int64(made) }
        if recorded != made {
            places[Int64(recorded)] = Int64(made)
            newPlaces.append(Int64(recorded))
        }
        return true
    }

    /// The same with every list in an order that depends on neither ids nor places.
    private static func sorted(_ value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(
            members.map { member in
                guard case .array(let elements) = member.value else { return member }
                let named = elements.map { (name: String(decoding: blank($0).json, as: UTF8.self), element: $0) }
                return JSONMember(member.key, .array(named.sorted { $0.name < $1.name }.map(\.element)))
            })
    }

    private static func blank(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(blank))
        case .object: .null
        default: value
        }
    }
}
