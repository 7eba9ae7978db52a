public import Beehive

/// Strategic merge patches, as the API server applies them to a status.
public enum StrategicMerge {
    /// Applies a patch to an object.
    ///
    /// - Parameters:
    ///   - patch: the patch, with its directives.
    ///   - base: the object; a value of another kind counts as empty.
    /// - Returns: the patched object.
    public static func apply(_ patch: JSONValue, to base: JSONValue) -> JSONValue {
        guard case .object(let orders) = patch else { return patch }
        switch patch[Directive.patch]?.text {
        case Directive.replace: return .object(orders.filter { !$0.key.hasPrefix("$") })
        case Directive.delete: return .object([])
        default: break
        }
        // By an index: objects have few members, but a peer's may have a hundred thousand.
        var members: [JSONMember?] = base.members
        var places: [String: Int] = [:]
        for (place, member) in base.members.enumerated() { places[member.key] = place }
        for member in orders where !member.key.hasPrefix("$") {
            let place = places[member.key]
            let value = merged(member, into: place.flatMap { members[$0]?.value })
            switch (place, value) {
            case (let place?, let value?): members[place] = JSONMember(member.key, value)
            case (let place?, nil):
                members[place] = nil
                places[member.key] = nil
            case (nil, let value?):
                places[member.key] = members.count
                members.append(JSONMember(member.key, value))
            case (nil, nil): break
            }
        }
        var result = JSONValue.object(members.compactMap(\.self))
        for member in orders where member.key.hasPrefix(Directive.deleteFromList) {
            let field = String(member.key.dropFirst(Directive.deleteFromList.count))
            guard let list = result[field] else { continue }
            let gone = Set(member.value.elements)
            result[field] = .array(list.elements.filter { !gone.contains($0) })
        }
        for member in orders where member.key.hasPrefix(Directive.setElementOrder) {
            let field = String(member.key.dropFirst(Directive.setElementOrder.count))
            guard let list = result[field] else { continue }
            result[field] = .array(ordered(list.elements, by: member.value.elements, field: field))
        }
        if let kept = patch[Directive.retainKeys] {
            let names = Set(kept.elements.compactMap(\.text))
            result = .object(result.members.filter { names.contains($0.key) })
        }
        return result
    }

    /// A member's new value; nil removes it.
    private static func merged(_ member: JSONMember, into base: JSONValue?) -> JSONValue? {
        switch member.value {
        case .null: return nil
        case .object: return apply(member.value, to: base ?? .object([]))
        case .array(let elements):
            guard let key = MergeKeys.key(forList: member.key) else { return member.value }
            return .array(mergeLists(elements, into: base?.elements ?? [], by: key))
        default: return member.value
        }
    }

    /// True when a list's patch replaces the list: any element with that directive says so, as in Kubernetes.
    static func isReplacement(_ patch: [JSONValue]) -> Bool {
        patch.contains { $0[Directive.patch]?.text == Directive.replace }
    }

    static func mergeLists(_ patch: [JSONValue], into base: [JSONValue], by key: String) -> [JSONValue] {
        if isReplacement(patch) { return patch.filter { $0[Directive.patch] == nil } }
        var result: [JSONValue?] = base
        // Of several with one identity the first counts; when that one goes, the next.
        var places: [JSONValue?: [Int]] = [:]
        for (place, element) in base.enumerated() { places[element[key], default: []].append(place) }
        for element in patch {
            let identity = element[key]
            let place = places[identity]?.first
            if element[Directive.patch]?.text == Directive.delete {
                guard let place else { continue }
                result[place] = nil
                places[identity]?.removeFirst()
            } else if let place, let old = result[place] {
                result[place] = apply(element, to: old)
            } else {
                places[identity, default: []].append(result.count)
                result.append(apply(element, to: .object([])))
            }
        }
        return result.compactMap(\.self)
    }

    /// Elements that the order names come in that order; the others follow, as they stood.
    private static func ordered(_ list: [JSONValue], by order: [JSONValue], field: String) -> [JSONValue] {
        let key = MergeKeys.key(forList: field)
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        // An element that is named twice comes once: a patch must not make many out of one.
        var known = Set<JSONValue>()
        let places = order.map(identity).filter { known.insert($0).inserted }
        let firsts = Dictionary(list.map { (identity($0), $0) }) { first, _ in first }
        return places.compactMap { firsts[$0] } + list.filter { !known.contains(identity($0)) }
    }
}
