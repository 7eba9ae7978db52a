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
        if earlier[Directive.patch]?.text == Directive.delete { return nil }
        guard !hasOrdersBeyondComposition(later), !hasOrdersBeyondComposition(earlier) else { return nil }
        var result = earlier
        for member in later.members {
            guard let composed = member.key.hasPrefix(Directive.setElementOrder)
                ? composeOrders(member, after: earlier[member.key])
                : compose(member, after: earlier[member.key])
            else { return nil }
            result[member.key] = composed
        }
        return result
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
        // The first patch removed what the second fills: joined, the second would fill the old value up.
        case (.object, .null): return nil
        case (.array(let elements), .array(let before)):
            guard let key = MergeKeys.key(forList: later.key) else { return later.value }
            return composeLists(elements, after: before, by: key)
        case (.array, .null): return MergeKeys.key(forList: later.key) == nil ? later.value : nil
        default: return later.value
        }
    }

    private static func isReplacement(_ element: JSONValue, by key: String) -> Bool {
        element[Directive.patch]?.text == Directive.replace && element[key] == nil
    }

    private static func composeLists(_ later: [JSONValue], after earlier: [JSONValue], by key: String) -> JSONValue? {
        if later.contains(where: { isReplacement($0, by: key) }) { return .array(later) }
        let replaces = earlier.contains { isReplacement($0, by: key) }
        var result = earlier
        for element in later {
            let place = result.firstIndex { $0[key] == element[key] && !isReplacement($0, by: key) }
            guard let place else {
                result.append(element)
                continue
            }
            if element[Directive.patch]?.text == Directive.delete {
                if replaces { result.remove(at: place) } else { result[place] = element }
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
        return earlier.elements.allSatisfy(names.contains) ? later.value : nil
    }
}
