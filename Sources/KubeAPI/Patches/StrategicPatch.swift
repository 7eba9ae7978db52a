package import Beehive

/// The words with which a strategic merge patch gives orders instead of values.
package enum PatchDirective {
    package static let patch = "$patch"
    package static let retainKeys = "$retainKeys"
    package static let setElementOrder = "$setElementOrder/"
    package static let deleteFromList = "$deleteFromPrimitiveList/"
    package static let replace = "replace"
    package static let delete = "delete"
    package static let merge = "merge"
}

/// Strategic merge patches, as the API server applies them: merge patches that know which lists are merged.
package enum StrategicPatch {
    private typealias Directive = PatchDirective

    /// Applies a patch to an object.
    ///
    /// - Parameters:
    ///   - patch: the patch, with its directives.
    ///   - base: the object; a value of another kind counts as empty.
    ///   - schema: which lists are merged.
    /// - Returns: the patched object.
    package static func apply(_ patch: JSONValue, to base: JSONValue, schema: MergeSchema) -> JSONValue {
        guard case .object(let given) = patch else { return patch }
        // Of several members with one key the last counts, as for every reader.
        let orders = MemberIndex(given).members
        switch patch[Directive.patch]?.text {
        case Directive.replace: return .object(orders.filter { !$0.key.hasPrefix("$") })
        case Directive.delete: return .object([])
        default: break
        }
        var members = MemberIndex(base.members)
        for member in orders where !member.key.hasPrefix("$") {
            members[member.key] = merged(member, into: members[member.key], schema: schema)
        }
        var result = JSONValue.object(members.members)
        for member in orders where member.key.hasPrefix(Directive.deleteFromList) {
            let field = String(member.key.dropFirst(Directive.deleteFromList.count))
            guard let list = result[field] else { continue }
            let gone = Set(member.value.elements)
            result[field] = .array(list.elements.filter { !gone.contains($0) })
        }
        for member in orders where member.key.hasPrefix(Directive.setElementOrder) {
            let field = String(member.key.dropFirst(Directive.setElementOrder.count))
            guard let list = result[field] else { continue }
            let order = member.value.elements
            let key: String? = if case .keyed(let key) = schema.list(field) { key } else { Optional<String>.none }
            result[field] = .array(
                schema.keepsPlaces
                    ? interleaved(list.elements, by: order, before: base[field]?.elements ?? [], key: key)
                    : ordered(list.elements, by: order, key: key))
        }
        if let kept = patch[Directive.retainKeys] {
            let names = Set(kept.elements.compactMap(\.text))
            result = .object(result.members.filter { names.contains($0.key) })
        }
        return result
    }

    /// A member's new value; nil removes it.
    private static func merged(_ member: JSONMember, into base: JSONValue?, schema: MergeSchema) -> JSONValue? {
        switch member.value {
        case .null: return nil
        case .object:
            let base = schema.isReplaced(member.key) ? .object([]) : base ?? .object([])
            return apply(member.value, to: base, schema: schema.inner(member.key))
        case .array(let elements):
            switch schema.list(member.key) {
            case .atomic: return member.value
            case .set: return .array(union(base?.elements ?? [], elements))
            case .keyed(let key):
                let inner = schema.inner(member.key)
                return .array(mergeLists(elements, into: base?.elements ?? [], by: key, schema: inner))
            }
        default: return member.value
        }
    }

    /// True when a list's patch replaces the list: any element with that directive says so, as in Kubernetes.
    package static func isReplacement(_ patch: [JSONValue]) -> Bool {
        patch.contains { $0[Directive.patch]?.text == Directive.replace }
    }

    /// A list with the elements of another merged in, by the field that tells elements apart.
    package static func mergeLists(
        _ patch: [JSONValue], into base: [JSONValue], by key: String, schema: MergeSchema
    ) -> [JSONValue] {
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
                result[place] = apply(element, to: old, schema: schema)
            } else {
                places[identity, default: []].append(result.count)
                result.append(apply(element, to: .object([]), schema: schema))
            }
        }
        return result.compactMap(\.self)
    }

    /// What is in either list, each value once, the first list in front.
    private static func union(_ base: [JSONValue], _ more: [JSONValue]) -> [JSONValue] {
        var known = Set<JSONValue>()
        return (base + more).filter { known.insert($0).inserted }
    }

    // MARK: Orders

    /// Elements that the order names come in that order; the others follow, as they stood.
    private static func ordered(_ list: [JSONValue], by order: [JSONValue], key: String?) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        // An element that is named twice comes once: a patch must not make many out of one.
        var known = Set<JSONValue>()
        let places = order.map(identity).filter { known.insert($0).inserted }
        let firsts = Dictionary(list.map { (identity($0), $0) }) { first, _ in first }
        return places.compactMap { firsts[$0] } + list.filter { !known.contains(identity($0)) }
    }

    /// The same, but elements that the order does not name keep their places in front of those that they stood in front
    /// of before, as the API server has it.
    private static func interleaved(
        _ list: [JSONValue], by order: [JSONValue], before: [JSONValue], key: String?
    ) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        var known = Set<JSONValue>()
        let places = order.map(identity).filter { known.insert($0).inserted }
        let firsts = Dictionary(list.map { (identity($0), $0) }) { first, _ in first }
        let named = places.compactMap { firsts[$0] }
        let others = list.filter { !known.contains(identity($0)) }
        var stood: [JSONValue: Int] = [:]
        for (place, element) in before.enumerated() where stood[identity(element)] == nil {
            stood[identity(element)] = place
        }
        var result: [JSONValue] = []
        result.reserveCapacity(list.count)
        var rest = others[...]
        for element in named {
            while let other = rest.first, let place = stood[identity(other)],
                let bound = stood[identity(element)], place < bound
            {
                result.append(other)
                rest.removeFirst()
            }
            result.append(element)
        }
        return result + rest
    }

    // MARK: Faults

    /// What the API server refuses in a patch, in words; nil for a patch in order.
    ///
    /// - Parameters:
    ///   - patch: the patch.
    ///   - schema: which lists are merged.
    /// - Returns: one line.
    package static func fault(in patch: JSONValue, schema: MergeSchema) -> String? {
        for member in patch.members {
            if member.key == Directive.patch {
                guard let word = member.value.text,
                    [Directive.replace, Directive.delete, Directive.merge].contains(word)
                else { return "\"$patch\" wants replace, merge or delete" }
                continue
            }
            if member.key.hasPrefix("$") {
                guard case .array = member.value else { return "\"\(OneLine.of(member.key, limit: 80))\" wants a list" }
                continue
            }
            let inner = schema.inner(member.key)
            if case .array(let elements) = member.value {
                guard case .keyed(let key) = schema.list(member.key) else { continue }
                for element in elements {
                    let isReplacement = element[Directive.patch]?.text == Directive.replace
                    guard isReplacement || element[key] != nil else {
                        return "an element of '\(member.key)' has no '\(key)', by which its elements are told apart"
                    }
                    if let fault = fault(in: element, schema: inner) { return fault }
                }
            } else if let fault = fault(in: member.value, schema: inner) {
                return fault
            }
        }
        return nil
    }
}
