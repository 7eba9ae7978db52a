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
        var result = JSONValue.object(base.members)
        for member in orders where !member.key.hasPrefix("$") {
            result[member.key] = merged(member, into: result[member.key])
        }
        for member in orders where member.key.hasPrefix(Directive.deleteFromList) {
            let field = String(member.key.dropFirst(Directive.deleteFromList.count))
            guard let list = result[field] else { continue }
            result[field] = .array(list.elements.filter { !member.value.elements.contains($0) })
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
        var result = base
        for element in patch {
            let identity = element[key]
            let place = result.firstIndex { $0[key] == identity }
            if element[Directive.patch]?.text == Directive.delete {
                if let place { result.remove(at: place) }
            } else if let place {
                result[place] = apply(element, to: result[place])
            } else {
                result.append(apply(element, to: .object([])))
            }
        }
        return result
    }

    /// Elements that the order names come in that order; the others follow, as they stood.
    private static func ordered(_ list: [JSONValue], by order: [JSONValue], field: String) -> [JSONValue] {
        let key = MergeKeys.key(forList: field)
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        let places = order.map(identity)
        let named = places.compactMap { place in list.first { identity($0) == place } }
        return named + list.filter { !places.contains(identity($0)) }
    }
}
