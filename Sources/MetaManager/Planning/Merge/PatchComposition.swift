public import Beehive

/// Joining two strategic merge patches into one with the same effect.
public enum PatchComposition {
    /// The patch that does what one patch and then another do.
    ///
    /// - Parameters:
    ///   - later: the patch applied second.
    ///   - earlier: the patch applied first.
    /// - Returns: nil when no single patch has the same effect on every object, or none that these rules can find.
    public static func compose(_ later: JSONValue, after earlier: JSONValue) -> JSONValue? {
        guard case .object = later, case .object = earlier else { return nil }
        switch later[Directive.patch]?.text {
        case Directive.replace, Directive.delete: return later
        default: break
        }
        switch earlier[Directive.patch]?.text {
        case Directive.delete: return nil
        case Directive.replace:
            // What stands after the first patch is known, so the second is applied to it now.
            var result = StrategicMerge.apply(later, to: StrategicMerge.apply(earlier, to: .object([])))
            result[Directive.patch] = JSONValue(text: Directive.replace)
            return result
        default: break
        }
        guard !hasOrdersBeyondComposition(later), !hasOrdersBeyondComposition(earlier) else { return nil }
        var members = earlier.members
        // By an index, as when a patch is applied: a peer's patch may have a hundred thousand members.
        var places: [String: Int] = [:]
        for (place, member) in members.enumerated() { places[member.key] = place }
        let orders = (
            earlier: Set(earlier.members.lazy.map(\.key).filter { $0.hasPrefix(Directive.setElementOrder) }),
            later: Set(later.members.lazy.map(\.key).filter { $0.hasPrefix(Directive.setElementOrder) })
        )
        for member in later.members {
            let isOrder = member.key.hasPrefix(Directive.setElementOrder)
            // The earlier patch orders a list that the later one changes without ordering it: joined, the order would
            // apply to the later one's elements too.
            let order = Directive.setElementOrder + member.key
            if !isOrder, orders.earlier.contains(order), !orders.later.contains(order) { return nil }
            let before = places[member.key].map { members[$0].value }
            guard let composed = isOrder ? composeOrders(member, after: before) : compose(member, after: before) else {
                return nil
            }
            if let place = places[member.key] {
                members[place].value = composed
            } else {
                places[member.key] = members.count
                members.append(JSONMember(member.key, composed))
            }
        }
        return .object(members)
    }

    private static func hasOrdersBeyondComposition(_ patch: JSONValue) -> Bool {
        patch.members.contains {
            $0.key == Directive.retainKeys || $0.key.hasPrefix(Directive.deleteFromList)
        }
    }

    private static func compose(_ later: JSONMember, after earlier: JSONValue?) -> JSONValue? {
        guard let earlier else { return later.value }
        switch (later.value, earlier) {
        case (.object, .object): return compose(later.value, after: earlier)
        // The first patch set or removed what the second fills: joined, the second would fill the old value up.
        case (.object, _):
            // `nil` in a conditional expression would be JSON's null here.
            guard later.value[Directive.patch] != nil else { return nil }
            return later.value
        case (.array(let elements), .array(let before)):
            guard let key = MergeKeys.key(forList: later.key) else { return later.value }
            return composeLists(elements, after: before, by: key)
        case (.array, _):
            guard MergeKeys.key(forList: later.key) == nil else { return nil }
            return later.value
        default: return later.value
        }
    }

    private static func composeLists(_ later: [JSONValue], after earlier: [JSONValue], by key: String) -> JSONValue? {
        if StrategicMerge.isReplacement(later) { return .array(later) }
        if StrategicMerge.isReplacement(earlier) {
            let known = StrategicMerge.mergeLists(earlier, into: [], by: key)
            var result = JSONValue.object([])
            result[Directive.patch] = JSONValue(text: Directive.replace)
            return .array([result] + StrategicMerge.mergeLists(later, into: known, by: key))
        }
        var result = earlier
        var places: [JSONValue?: Int] = [:]
        for (place, element) in earlier.enumerated() where places[element[key]] == nil { places[element[key]] = place }
        for element in later {
            guard let place = places[element[key]] else {
                places[element[key]] = result.count
                result.append(element)
                continue
            }
            if element[Directive.patch]?.text == Directive.delete {
                result[place] = element
            } else if result[place][Directive.patch]?.text == Directive.delete {
                return nil
            } else {
                guard let composed = compose(element, after: result[place]) else { return nil }
                result[place] = composed
            }
        }
        return .array(result)
    }

    /// The later order counts, if it names all that the earlier one named; else an element would lose its place.
    private static func composeOrders(_ later: JSONMember, after earlier: JSONValue?) -> JSONValue? {
        guard let earlier else { return later.value }
        let names = Set(later.value.elements)
        guard earlier.elements.allSatisfy(names.contains) else { return nil }
        return later.value
    }
}
